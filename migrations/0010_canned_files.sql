CREATE TABLE `canned_files` (
	`account_id` text NOT NULL,
	`id` text NOT NULL,
	`forum_id` text NOT NULL,
	`response_id` text NOT NULL,
	`key` text NOT NULL,
	`info` text NOT NULL,
	`size` integer NOT NULL,
	`small` text,
	`stored` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`account_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `canned_files_of` ON `canned_files` (`account_id`,`forum_id`,`response_id`);--> statement-breakpoint
CREATE INDEX `canned_files_removed` ON `canned_files` (`account_id`,`removed_at`) WHERE removed_at IS NOT NULL;--> statement-breakpoint
ALTER TABLE `responses` ADD `files` text;