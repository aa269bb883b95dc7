CREATE TABLE `audit_events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`what` text NOT NULL,
	`outcome` text NOT NULL,
	`reason` text,
	`user_id` text,
	`session_id` text,
	`actor` text NOT NULL,
	`ip` text,
	`user_agent` text,
	`face` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_events_by_user` ON `audit_events` (`user_id`);--> statement-breakpoint
CREATE INDEX `audit_events_by_age` ON `audit_events` (`at`);--> statement-breakpoint
CREATE TABLE `erasures` (
	`user_id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`username_key` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `outbox` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `outbox` ADD `dead_at` integer;--> statement-breakpoint
ALTER TABLE `outbox` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `registrations` ADD `locale` text;--> statement-breakpoint
ALTER TABLE `users` ADD `locale` text;--> statement-breakpoint
CREATE INDEX `one_time_tokens_by_subject` ON `one_time_tokens` (`subject`);