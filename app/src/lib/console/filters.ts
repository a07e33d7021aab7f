/** The filters of a page. They are part of its address, so that links and reloads keep them. */
import { goto } from '$app/navigation';
import { page } from '$app/state';

/** Sets a filter; an empty value removes it. */
export function setFilter(name: string, value: string): void {
  const query = new URLSearchParams(page.url.searchParams);
  if (value) query.set(name, value);
  else query.delete(name);
  void goto(`?${query}`, { replaceState: true, keepFocus: true, noScroll: true });
}

export function clearFilters(): void {
  void goto('?', { replaceState: true });
}
