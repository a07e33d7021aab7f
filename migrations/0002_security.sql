CREATE TABLE `audit` (
	`account_id` text NOT NULL,
	`at` integer NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`user_id` text,
	`user_name` text,
	`address` text,
	`device` text NOT NULL,
	`subject_id` text,
	`subject_name` text,
	`changes` text,
	PRIMARY KEY(`account_id`, `at`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `accounts` ADD `needs_second_factor` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `accounts` ADD `sees` text DEFAULT 'all' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `second_factor` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `photo` text;--> statement-breakpoint
ALTER TABLE `users` ADD `shows_photo` integer DEFAULT true NOT NULL;