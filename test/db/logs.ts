/** Generated logs, folded and paged by the domain as a Conversation would. */
import { firstPage, paginate } from '#domain/conversation/archive';
import { fold } from '#domain/conversation/conversation';
import { makeId, type ConversationState, type Entry, type IdKind } from '#protocol';
import type { PageRow } from '../../worker/db/history.ts';

export const id = (kind: IdKind) => makeId(kind, crypto.getRandomValues(new Uint8Array(26)));

export interface Log {
  readonly state: ConversationState;
  readonly pages: PageRow[];
  readonly entries: Entry[];
}

interface Options {
  readonly messages?: number;
  readonly startedAt?: number;
  readonly campaign?: string;
  readonly visitor?: string;
  readonly closed?: boolean;
  readonly id?: string;
  /** The canned responses of each message, by its number. */
  readonly canned?: (message: number) => readonly string[] | undefined;
  /** Edits of messages at the end of the log, by their seqs; without a text, deletions. */
  readonly revised?: readonly (readonly [target: number, text?: string])[];
}

const site = id('site');

export function makeLog(options: Options = {}): Log {
  const at = options.startedAt ?? 1_700_000_000_000;
  const by = { kind: 'visitor', id: options.visitor ?? id('visitor') } as const;
  const campaign = { id: options.campaign ?? id('campaign'), name: 'Help' };
  const entries: Entry[] = [
    { seq: 1, at, by, kind: 'conversation.started', campaign, site, contact: {}, ordinal: 1 },
  ];
  for (let i = 0; i < (options.messages ?? 1); i++) {
    const seq = entries.length + 1;
    const canned = options.canned?.(i);
    entries.push({
      ...{ seq, at: at + seq, by, kind: 'message.sent', id: crypto.randomUUID(), text: `Nr. ${i}` },
      ...(canned && { canned: [...canned] }),
    });
  }
  for (const [target, text] of options.revised ?? []) {
    const base = {
      seq: entries.length + 1,
      at: at + entries.length + 1,
      by,
      id: crypto.randomUUID(),
      target,
    };
    entries.push(
      text === undefined
        ? { ...base, kind: 'message.deleted', of: 'message' }
        : { ...base, kind: 'message.edited', of: 'message', text },
    );
  }
  const seq = entries.length + 1;
  if (options.closed) entries.push({ seq, at: at + seq, by, kind: 'conversation.closed', reason: 'visitor' });
  return logOf(options.id ?? id('conversation'), entries);
}

/** The same log when it had only `head` entries. */
export function earlier(log: Log, head: number): Log {
  return logOf(log.state.id, log.entries.slice(0, head));
}

function logOf(conversation: string, entries: Entry[]): Log {
  let page = firstPage;
  const pages = new Map<number, Entry[]>();
  for (const entry of entries) {
    page = paginate(page, JSON.stringify(entry).length);
    pages.set(page.first, [...(pages.get(page.first) ?? []), entry]);
  }
  return {
    entries,
    state: fold(conversation, entries),
    pages: [...pages].map(([first, held]) => ({ first, count: held.length, entries: JSON.stringify(held) })),
  };
}
