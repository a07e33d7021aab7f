/**
 * The one script tag of a customer's page: a round button, and the chat's frame once a visitor shows interest. It
 * blocks nothing, sets no cookie, and sends only the messages of the bridge.
 */
import { startWidget } from './widget.ts';

type Call = [name: string, ...rest: unknown[]];
interface Parley {
  (...call: Call): void;
  /** Calls from before the script was loaded. */
  q?: ArrayLike<unknown>[];
  on?: true;
}
declare global {
  interface Window {
    parley?: Parley;
  }
}

const tag = (document.currentScript ??
  document.querySelector('script[src*="/widget.js?"]')) as HTMLScriptElement | null;
const address = tag && new URL(tag.src);
const site = address?.searchParams.get('site');

// A second tag on the same page is ignored.
if (address && site && !window.parley?.on) {
  const waiting = window.parley?.q ?? [];
  const widget = startWidget(address, site);
  const parley: Parley = (...[name, ...rest]) => {
    widget[name as keyof typeof widget]?.(...(rest as [never, never]));
  };
  parley.on = true;
  window.parley = parley;
  for (const call of waiting) parley(...(Array.from(call) as Call));
}
