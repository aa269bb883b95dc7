CREATE TABLE `import_lines` (
	`import_id` text NOT NULL,
	`line` integer NOT NULL,
	`source_id` text NOT NULL,
	`user_id` text NOT NULL,
	`known_user_id` text,
	`email` text NOT NULL,
	`username_key` text,
	`external_id` text,
	`account` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`import_id`, `line`)
);
--> statement-breakpoint
CREATE TABLE `imported_accounts` (
	`source_id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `deleted_accounts` ADD `external_id` text;--> statement-breakpoint
ALTER TABLE `deleted_accounts` ADD `imported_factors` text;--> statement-breakpoint
ALTER TABLE `users` ADD `external_id` text;--> statement-breakpoint
ALTER TABLE `users` ADD `imported_factors` text;--> statement-breakpoint
CREATE UNIQUE INDEX `users_external_id_unique` ON `users` (`external_id`);
