CREATE TABLE `erasures` (
	`user_id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`username_key` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `one_time_tokens_by_subject` ON `one_time_tokens` (`subject`);