CREATE TABLE `stable_keys` (
	`kid` text PRIMARY KEY NOT NULL,
	`generation` integer NOT NULL,
	`sealed_key` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `stable_keys_by_generation` ON `stable_keys` (`generation`);--> statement-breakpoint
CREATE TABLE `user_numbers` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_numbers_user_id_unique` ON `user_numbers` (`user_id`);--> statement-breakpoint
ALTER TABLE `users` ADD `number` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `users_number_unique` ON `users` (`number`);
--> statement-breakpoint
INSERT INTO `user_numbers` (`user_id`) SELECT `id` FROM `users` ORDER BY `created_at`, rowid;--> statement-breakpoint
UPDATE `users` SET `number` = (SELECT `number` FROM `user_numbers` WHERE `user_id` = `users`.`id`);--> statement-breakpoint
CREATE TRIGGER `users_get_numbers` AFTER INSERT ON `users` WHEN NEW.`number` IS NULL
BEGIN
	INSERT INTO `user_numbers` (`user_id`) VALUES (NEW.`id`) ON CONFLICT DO NOTHING;
	UPDATE `users` SET `number` = (SELECT `number` FROM `user_numbers` WHERE `user_id` = NEW.`id`) WHERE `id` = NEW.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `users_bring_numbers` AFTER INSERT ON `users` WHEN NEW.`number` IS NOT NULL
BEGIN
	INSERT INTO `user_numbers` (`number`, `user_id`) VALUES (NEW.`number`, NEW.`id`) ON CONFLICT DO NOTHING;
END;
