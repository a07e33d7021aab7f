import { applyLanguage } from '$lib/language.svelte.ts';
import { applyTheme } from '$lib/ui/theme.svelte.ts';

// Before anything is rendered, so that no page flashes in the other theme or language.
applyTheme();
applyLanguage();
