import css from './shown-files.css?inline';
import { addSheet } from './sheets.ts';

/** The files of messages: images, players and cards. Loaded for the first message that has any. */
export { default as ShownFiles } from './ShownFiles.svelte';

addSheet(css);
