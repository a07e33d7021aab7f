import { applyTheme } from '$lib/ui/theme.svelte.ts';

// Before anything is drawn, so that no page flashes in the other theme.
applyTheme();
