/**
 * Unanswered commands, stored so that they survive a reload. Several tabs may share one outbox: each adds and removes
 * single commands, and sending one twice does no harm (CMD-7).
 */
import type { CommandFrame, FileInfo, Refused } from '#protocol';
import type { Contact } from './contact.ts';

export interface Pending {
  readonly id: string;
  readonly frame: CommandFrame;
  /** The conversation on whose socket it was sent. */
  readonly to?: string | undefined;
  /** The time of the command, in the client's milliseconds. */
  readonly at: number;
  /** The files of a message, which its frame names. */
  readonly files?: readonly FileInfo[] | undefined;
  /** For a message to be answered later: the contact to answer. The message carries it whenever it is sent. */
  readonly later?: Contact | undefined;
  /** Refused for good: it stays visible until it is tried again or discarded. */
  readonly refused?: Refused | undefined;
}

export interface Outbox {
  load(): Promise<Pending[]>;
  put(pending: Pending): void;
  drop(id: string): void;
}

/** Storage for small texts: localStorage, the bridge to the page, or memory. */
export interface Carrier {
  load(key: string): Promise<string | null>;
  save(key: string, value: string | null): Promise<void>;
}

/** Loses everything on reload: for tests, and for a browser without any storage. */
export function memoryOutbox(): Outbox {
  const kept = new Map<string, Pending>();
  return {
    load: () => Promise.resolve([...kept.values()]),
    put: (pending) => void kept.set(pending.id, pending),
    drop: (id) => void kept.delete(id),
  };
}

/** Stores the commands as one text under a key. Changes run one after the other, each on the text stored then. */
export function carriedOutbox(carrier: Carrier, key: string): Outbox {
  let turn: Promise<unknown> = Promise.resolve();
  const read = async (): Promise<Pending[]> => {
    try {
      const text = await carrier.load(key);
      const list: unknown = text === null ? [] : JSON.parse(text);
      return Array.isArray(list) ? list.filter(isPending) : [];
    } catch {
      return [];
    }
  };
  const change = (edit: (list: Pending[]) => Pending[]) => {
    turn = turn.then(() =>
      alone(key, async () => {
        const list = edit(await read());
        await carrier.save(key, list.length > 0 ? JSON.stringify(list) : null).catch(() => undefined);
      }),
    );
  };
  return {
    load: () => turn.then(read),
    put: (pending) =>
      change((list) => {
        const at = list.findIndex((other) => other.id === pending.id);
        return at < 0 ? [...list, pending] : list.with(at, pending);
      }),
    drop: (id) => change((list) => list.filter((other) => other.id !== id)),
  };
}

/** Another tab may change the same text. Where locks are forbidden, as storage may be, two tabs share nothing. */
async function alone(key: string, work: () => Promise<void>): Promise<void> {
  let worked = false;
  const once = () => {
    worked = true;
    return work();
  };
  try {
    await navigator.locks.request(key, once);
  } catch {
    if (!worked) await work();
  }
}

/** Storage may contain anything; other values are ignored. */
function isPending(value: unknown): value is Pending {
  if (typeof value !== 'object' || value === null) return false;
  const { id, frame, at } = value as Partial<Pending>;
  return typeof id === 'string' && typeof at === 'number' && typeof frame === 'object' && frame !== null;
}

/** A command for another conversation than the one it was given in; null if it means nothing there, as a seq does. */
export function readdressed(frame: CommandFrame): CommandFrame | null {
  if (frame.t === 'message.edit' || frame.t === 'message.delete') return null;
  if (frame.t !== 'message.send') return frame;
  const { quote: _, ...rest } = frame;
  return rest;
}
