CREATE TABLE `deleted_accounts` (
	`user_id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`username` text,
	`username_key` text,
	`first_name` text,
	`last_name` text,
	`locale` text,
	`permissions` text NOT NULL,
	`session_epoch` integer NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `deleted_accounts_by_due` ON `deleted_accounts` (`due_at`);--> statement-breakpoint
CREATE TABLE `mail_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`email` text NOT NULL,
	`ip` text NOT NULL,
	`user_agent` text NOT NULL,
	`face` text NOT NULL,
	`caller` text,
	`created_at` integer NOT NULL,
	`next_attempt_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `mail_requests_by_attempt` ON `mail_requests` (`next_attempt_at`);--> statement-breakpoint
CREATE TABLE `recovery_points` (
	`user_id` text NOT NULL,
	`email` text NOT NULL,
	`rank` integer NOT NULL,
	`username` text,
	`username_key` text,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `email`)
);
--> statement-breakpoint
CREATE INDEX `recovery_points_by_expiry` ON `recovery_points` (`expires_at`);--> statement-breakpoint
ALTER TABLE `outbox` ADD `mailbox` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `sender_id` text;--> statement-breakpoint
CREATE INDEX `outbox_by_mailbox` ON `outbox` (`mailbox`,`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_by_requester` ON `outbox` (`requester_ip`,`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_by_sender` ON `outbox` (`sender_id`,`created_at`);--> statement-breakpoint
ALTER TABLE `registrations` ADD `requester` text;--> statement-breakpoint
ALTER TABLE `username_claims` ADD `user_id` text;--> statement-breakpoint
CREATE INDEX `username_claims_by_user` ON `username_claims` (`user_id`);--> statement-breakpoint
ALTER TABLE `users` ADD `pin_id` text;--> statement-breakpoint
ALTER TABLE `users` ADD `kept_session` text;--> statement-breakpoint
INSERT INTO `recovery_points` (`user_id`, `email`, `rank`, `username`, `username_key`, `expires_at`)
SELECT `subject`, `one_time_tokens`.`email`, row_number() OVER (PARTITION BY `subject` ORDER BY `one_time_tokens`.`rowid`), `username`, `username_key`, `expires_at`
FROM `one_time_tokens` JOIN `users` ON `users`.`id` = `subject`
WHERE `purpose` = 'undo_email_change' AND `spent_by` IS NULL AND `one_time_tokens`.`email` <> `users`.`email`
ON CONFLICT DO NOTHING;
--> statement-breakpoint
UPDATE `outbox` SET `mailbox` = `recipient`;
