/** The parts of the frame that no opening needs. They are loaded soon after it, or when a visitor needs one. */
export { default as Details } from './Details.svelte';
export { default as Fields } from './Fields.svelte';
export { default as Ended } from './Ended.svelte';
export { default as Question } from './Question.svelte';
