CREATE TABLE `canned_uses` (
	`account_id` text NOT NULL,
	`response_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `response_id`, `conversation_id`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `forums` (
	`account_id` text NOT NULL,
	`id` text NOT NULL,
	`owner_id` text,
	`title` text NOT NULL,
	`campaigns` text,
	`version` integer NOT NULL,
	`count` integer NOT NULL,
	`size` integer NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`account_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `forums_by_owner` ON `forums` (`account_id`,`owner_id`);--> statement-breakpoint
CREATE TABLE `responses` (
	`account_id` text NOT NULL,
	`forum_id` text NOT NULL,
	`id` text NOT NULL,
	`key` text NOT NULL,
	`question` text NOT NULL,
	`answer` text NOT NULL,
	`version` integer NOT NULL,
	`edit` text,
	`previous` text,
	`created_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`changed_by_id` text,
	`changed_by_name` text,
	`deleted_at` integer,
	PRIMARY KEY(`account_id`, `forum_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `responses_removed` ON `responses` (`account_id`,`forum_id`,`deleted_at`) WHERE deleted_at IS NOT NULL;