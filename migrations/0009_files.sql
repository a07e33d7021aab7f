CREATE TABLE `files` (
	`account_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`id` text NOT NULL,
	`seq` integer NOT NULL,
	`size` integer NOT NULL,
	`deleted` integer NOT NULL,
	PRIMARY KEY(`account_id`, `conversation_id`, `id`)
) WITHOUT ROWID;
