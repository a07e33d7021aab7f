CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`time_zone` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `campaigns` (
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`enabled` integer NOT NULL,
	`settings` text NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`account_id`, `id`)
);
--> statement-breakpoint
CREATE TABLE `conversations` (
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`campaign_name` text NOT NULL,
	`site_id` text NOT NULL,
	`visitor_id` text NOT NULL,
	`visitor_name` text,
	`visitor_email` text,
	`phase` text NOT NULL,
	`owner_id` text,
	`owner_name` text,
	`started_at` integer NOT NULL,
	`first_assigned_at` integer,
	`first_reply_at` integer,
	`closed_at` integer,
	`closed_by` text,
	`closed_reason` text,
	`visitor_messages` integer NOT NULL,
	`agent_messages` integer NOT NULL,
	`last_text` text,
	`last_at` integer,
	`head` integer NOT NULL,
	`state` text NOT NULL,
	PRIMARY KEY(`account_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `conversations_by_start` ON `conversations` (`account_id`,`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `conversations_by_campaign` ON `conversations` (`account_id`,`campaign_id`,`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `conversations_by_visitor` ON `conversations` (`account_id`,`visitor_id`,`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `conversations_by_phase` ON `conversations` (`account_id`,`phase`,`started_at`,`id`);--> statement-breakpoint
CREATE TABLE `pages` (
	`account_id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`first` integer NOT NULL,
	`count` integer NOT NULL,
	`entries` text NOT NULL,
	PRIMARY KEY(`account_id`, `conversation_id`, `first`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sites` (
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`origins` text NOT NULL,
	`campaign_id` text,
	PRIMARY KEY(`account_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sites_by_id` ON `sites` (`id`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`password_hash` text NOT NULL,
	`roles` text NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`account_id`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_by_email` ON `users` (`email`);