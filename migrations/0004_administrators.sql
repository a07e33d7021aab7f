ALTER TABLE `users` ADD `admitted` integer DEFAULT true NOT NULL;--> statement-breakpoint
CREATE TRIGGER `users_keep_an_administrator`
AFTER UPDATE OF `roles`, `manages`, `password_hash`, `admitted`, `deleted_at` ON `users`
WHEN OLD.`deleted_at` IS NULL AND OLD.`manages` AND OLD.`password_hash` <> '' AND OLD.`admitted`
	AND instr(OLD.`roles`, '"administrator"') > 0
	AND NOT EXISTS (
		SELECT 1 FROM `users`
		WHERE `account_id` = OLD.`account_id` AND `deleted_at` IS NULL AND `manages` AND `password_hash` <> '' AND `admitted`
			AND instr(`roles`, '"administrator"') > 0
	)
BEGIN
	SELECT RAISE(ABORT, 'last_administrator');
END;
