/** The filters of a page, which stand in its address: a link keeps them, and a reload. */
import { goto } from '$app/navigation';
import { page } from '$app/state';

/** Chooses a filter's value; empty, there is no such filter. */
export function setFilter(name: string, value: string): void {
  const query = new URLSearchParams(page.url.searchParams);
  if (value) query.set(name, value);
  else query.delete(name);
  void goto(`?${query}`, { replaceState: true, keepFocus: true, noScroll: true });
}

export function clearFilters(): void {
  void goto('?', { replaceState: true });
}
