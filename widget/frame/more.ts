import actions from './actions.css?inline';
import { addSheet } from './sheets.ts';

/** The parts of the frame that no opening needs. They are loaded soon after it, or when a visitor needs one. */
export { default as Details } from './Details.svelte';
export { default as Fields } from './Fields.svelte';
export { default as Ended } from './Ended.svelte';
export { default as Question } from './Question.svelte';
export { default as Aimed } from './Aimed.svelte';
export { default as MessageActions } from './MessageActions.svelte';
export { default as NotSaved } from './NotSaved.svelte';
export { default as Tools } from './Tools.svelte';
export { default as MessageText } from './MessageText.svelte';
export { default as Quote } from './Quote.svelte';
export { plainText } from '#domain/conversation/format';
export { revisedRows } from './revised.ts';

addSheet(actions);
