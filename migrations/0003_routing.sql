CREATE TABLE `activity` (
	`account_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`seq` integer NOT NULL,
	`from_at` integer NOT NULL,
	`to_at` integer NOT NULL,
	`status` text NOT NULL,
	`connected` integer NOT NULL,
	PRIMARY KEY(`account_id`, `agent_id`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `activity_by_end` ON `activity` (`account_id`,`to_at`,`from_at`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `assignment` text DEFAULT 'manual' NOT NULL;--> statement-breakpoint
ALTER TABLE `accounts` ADD `offer_seconds` integer DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE `accounts` ADD `missed_limit` integer;--> statement-breakpoint
ALTER TABLE `accounts` ADD `offline_processing` integer DEFAULT false NOT NULL;