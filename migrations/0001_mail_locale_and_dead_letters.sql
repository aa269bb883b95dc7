ALTER TABLE `outbox` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `outbox` ADD `dead_at` integer;--> statement-breakpoint
ALTER TABLE `outbox` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `registrations` ADD `locale` text;--> statement-breakpoint
ALTER TABLE `users` ADD `locale` text;