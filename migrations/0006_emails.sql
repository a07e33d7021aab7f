DROP INDEX `users_by_email`;--> statement-breakpoint
ALTER TABLE `users` ADD `email_confirmed_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `pending_email` text;--> statement-breakpoint
ALTER TABLE `users` ADD `pending_until` integer;--> statement-breakpoint
-- An invited user without a password has not followed a mail yet; a deleted user has given their email up.
UPDATE `users` SET `email_confirmed_at` = `created_at` WHERE `deleted_at` IS NULL AND `password_hash` <> '';--> statement-breakpoint
CREATE UNIQUE INDEX `users_by_account_email` ON `users` (`account_id`,`email`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_by_email` ON `users` (`email`) WHERE email_confirmed_at IS NOT NULL;--> statement-breakpoint
DROP TRIGGER `users_keep_an_administrator`;--> statement-breakpoint
CREATE TRIGGER `users_keep_an_administrator`
AFTER UPDATE OF `roles`, `manages`, `password_hash`, `admitted`, `deleted_at`, `email_confirmed_at` ON `users`
WHEN OLD.`deleted_at` IS NULL AND OLD.`manages` AND OLD.`password_hash` <> '' AND OLD.`admitted`
	AND OLD.`email_confirmed_at` IS NOT NULL AND instr(OLD.`roles`, '"administrator"') > 0
	AND NOT EXISTS (
		SELECT 1 FROM `users`
		WHERE `account_id` = OLD.`account_id` AND `deleted_at` IS NULL AND `manages` AND `password_hash` <> '' AND `admitted`
			AND `email_confirmed_at` IS NOT NULL AND instr(`roles`, '"administrator"') > 0
	)
BEGIN
	SELECT RAISE(ABORT, 'last_administrator');
END;
