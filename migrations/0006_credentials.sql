CREATE TABLE `credentials` (
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`data` text,
	`secret` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	PRIMARY KEY(`user_id`, `kind`, `id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) WITHOUT ROWID;
--> statement-breakpoint
-- A password hash that ends like this is none: no password was behind it.
INSERT INTO `credentials` (`user_id`, `kind`, `id`, `secret`, `created_at`)
SELECT `id`, 'password', '', `password_hash`, `updated_at` FROM `users` WHERE substr(`password_hash`, -44) <> '$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
--> statement-breakpoint
INSERT INTO `credentials` (`user_id`, `kind`, `id`, `data`, `secret`, `created_at`)
SELECT `id`, 'pin', coalesce(`pin_id`, ''), json_object('keyId', `pin_key_id`), `pin_hash`, `updated_at` FROM `users`
WHERE `pin_hash` IS NOT NULL AND `pin_key_id` IS NOT NULL;
--> statement-breakpoint
-- From here on: for the version before, which reads and writes the columns of `users` while it is replaced and after a roll-back. What it
-- writes there reaches `credentials`, and what this version writes to `credentials` reaches the columns. The next migration drops all of it.
CREATE TRIGGER `users_bring_credentials` AFTER INSERT ON `users`
BEGIN
	INSERT INTO `credentials` (`user_id`, `kind`, `id`, `secret`, `created_at`)
	SELECT NEW.`id`, 'password', '', NEW.`password_hash`, NEW.`updated_at` WHERE substr(NEW.`password_hash`, -44) <> '$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
	INSERT INTO `credentials` (`user_id`, `kind`, `id`, `data`, `secret`, `created_at`)
	SELECT NEW.`id`, 'pin', coalesce(NEW.`pin_id`, ''), json_object('keyId', NEW.`pin_key_id`), NEW.`pin_hash`, NEW.`updated_at`
	WHERE NEW.`pin_hash` IS NOT NULL AND NEW.`pin_key_id` IS NOT NULL;
END;
--> statement-breakpoint
CREATE TRIGGER `users_change_passwords` AFTER UPDATE OF `password_hash` ON `users` WHEN NEW.`password_hash` <> OLD.`password_hash`
BEGIN
	DELETE FROM `credentials` WHERE `user_id` = NEW.`id` AND `kind` = 'password' AND substr(NEW.`password_hash`, -44) = '$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
	INSERT INTO `credentials` (`user_id`, `kind`, `id`, `secret`, `created_at`)
	SELECT NEW.`id`, 'password', '', NEW.`password_hash`, NEW.`updated_at` WHERE substr(NEW.`password_hash`, -44) <> '$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
	ON CONFLICT DO UPDATE SET `secret` = excluded.`secret`, `created_at` = excluded.`created_at`, `last_used_at` = NULL
		WHERE `secret` <> excluded.`secret`;
END;
--> statement-breakpoint
CREATE TRIGGER `users_change_pins` AFTER UPDATE OF `pin_hash`, `pin_key_id`, `pin_id` ON `users`
WHEN NEW.`pin_hash` IS NOT OLD.`pin_hash` OR NEW.`pin_key_id` IS NOT OLD.`pin_key_id` OR NEW.`pin_id` IS NOT OLD.`pin_id`
BEGIN
	DELETE FROM `credentials` WHERE `user_id` = NEW.`id` AND `kind` = 'pin' AND (NEW.`pin_hash` IS NULL OR `id` <> coalesce(NEW.`pin_id`, ''));
	INSERT INTO `credentials` (`user_id`, `kind`, `id`, `data`, `secret`, `created_at`)
	SELECT NEW.`id`, 'pin', coalesce(NEW.`pin_id`, ''), json_object('keyId', NEW.`pin_key_id`), NEW.`pin_hash`, NEW.`updated_at`
	WHERE NEW.`pin_hash` IS NOT NULL AND NEW.`pin_key_id` IS NOT NULL
	ON CONFLICT DO UPDATE SET `secret` = excluded.`secret`, `data` = excluded.`data`, `created_at` = excluded.`created_at`
		WHERE `secret` <> excluded.`secret` OR `data` IS NOT excluded.`data`;
END;
--> statement-breakpoint
CREATE TRIGGER `passwords_are_set` AFTER INSERT ON `credentials` WHEN NEW.`kind` = 'password'
BEGIN
	UPDATE `users` SET `password_hash` = NEW.`secret` WHERE `id` = NEW.`user_id` AND `password_hash` <> NEW.`secret`;
END;
--> statement-breakpoint
CREATE TRIGGER `passwords_are_replaced` AFTER UPDATE OF `secret` ON `credentials` WHEN NEW.`kind` = 'password'
BEGIN
	UPDATE `users` SET `password_hash` = NEW.`secret` WHERE `id` = NEW.`user_id` AND `password_hash` <> NEW.`secret`;
END;
--> statement-breakpoint
CREATE TRIGGER `passwords_are_removed` AFTER DELETE ON `credentials` WHEN OLD.`kind` = 'password'
BEGIN
	UPDATE `users` SET `password_hash` = '$scrypt$ln=15,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' WHERE `id` = OLD.`user_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `pins_are_set` AFTER INSERT ON `credentials` WHEN NEW.`kind` = 'pin'
BEGIN
	UPDATE `users` SET `pin_hash` = NEW.`secret`, `pin_key_id` = NEW.`data` ->> 'keyId', `pin_id` = nullif(NEW.`id`, '')
	WHERE `id` = NEW.`user_id` AND `pin_hash` IS NOT NEW.`secret`;
END;
--> statement-breakpoint
CREATE TRIGGER `pins_are_replaced` AFTER UPDATE OF `secret`, `data` ON `credentials` WHEN NEW.`kind` = 'pin'
BEGIN
	UPDATE `users` SET `pin_hash` = NEW.`secret`, `pin_key_id` = NEW.`data` ->> 'keyId', `pin_id` = nullif(NEW.`id`, '')
	WHERE `id` = NEW.`user_id` AND `pin_hash` IS NOT NEW.`secret`;
END;
--> statement-breakpoint
CREATE TRIGGER `pins_are_removed` AFTER DELETE ON `credentials` WHEN OLD.`kind` = 'pin'
BEGIN
	UPDATE `users` SET `pin_hash` = NULL, `pin_key_id` = NULL, `pin_id` = NULL WHERE `id` = OLD.`user_id`;
END;
