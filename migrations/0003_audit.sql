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
CREATE INDEX `audit_events_by_age` ON `audit_events` (`at`);