CREATE TABLE `one_time_tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`email` text NOT NULL,
	`subject` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`spent_by` text,
	`spent_at` integer
);
--> statement-breakpoint
CREATE INDEX `one_time_tokens_by_email` ON `one_time_tokens` (`email`,`purpose`);--> statement-breakpoint
CREATE INDEX `one_time_tokens_by_expiry` ON `one_time_tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`recipient` text NOT NULL,
	`purpose` text NOT NULL,
	`requester_ip` text NOT NULL,
	`sealed_mail` text,
	`created_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`sent_at` integer
);
--> statement-breakpoint
CREATE INDEX `outbox_by_recipient` ON `outbox` (`recipient`,`purpose`,`created_at`);--> statement-breakpoint
CREATE INDEX `outbox_by_attempt` ON `outbox` (`sent_at`,`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `outbox_by_age` ON `outbox` (`created_at`);--> statement-breakpoint
CREATE TABLE `registrations` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`username` text,
	`username_key` text,
	`first_name` text,
	`last_name` text,
	`password_hash` text NOT NULL,
	`ip` text NOT NULL,
	`user_agent` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `registrations_by_email` ON `registrations` (`email`,`created_at`);--> statement-breakpoint
CREATE INDEX `registrations_by_expiry` ON `registrations` (`expires_at`);--> statement-breakpoint
CREATE TABLE `signing_keys` (
	`kid` text PRIMARY KEY NOT NULL,
	`generation` integer NOT NULL,
	`public_jwk` text NOT NULL,
	`sealed_private_jwk` text NOT NULL,
	`created_at` integer NOT NULL,
	`active_from` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `signing_keys_by_generation` ON `signing_keys` (`generation`);--> statement-breakpoint
CREATE TABLE `username_claims` (
	`username_key` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`expires_at` integer
);
--> statement-breakpoint
CREATE INDEX `username_claims_by_email` ON `username_claims` (`email`);--> statement-breakpoint
CREATE INDEX `username_claims_by_expiry` ON `username_claims` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`username` text,
	`username_key` text,
	`first_name` text,
	`last_name` text,
	`password_hash` text NOT NULL,
	`pin_hash` text,
	`pin_key_id` text,
	`email_verified_at` integer,
	`permissions` text DEFAULT '[]' NOT NULL,
	`disabled_at` integer,
	`session_epoch` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_key_unique` ON `users` (`username_key`);