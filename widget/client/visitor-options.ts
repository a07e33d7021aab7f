/** Options of a visitor's chat. */
import type { Environment } from './environment.ts';
import type { Carrier } from './outbox.ts';
import type { VisitorView } from './visitor-view.ts';

export interface VisitorChatOptions {
  readonly env: Environment;
  /** The server's origin. */
  readonly base: string;
  readonly site: string;
  readonly carrier: Carrier;
  /** The visitor's current page, sent when a conversation starts. */
  page(): { url: string; title: string } | undefined;
  onChange(view: VisitorView): void;
  /** Outside a browser: a fetch that sets the Origin and the like. */
  readonly fetch?: typeof fetch;
}
