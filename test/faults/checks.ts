/**
 * Judges a run by the entries that its clients were shown and the server's stored data. Pure, so that each check can
 * be shown to fail.
 */
import { aliasAmong } from '#domain/conversation/aliases';
import { fold } from '#domain/conversation/conversation';
import { entryForVisitor } from '#domain/conversation/redaction';
import type { Entry } from '#protocol';
import type { StoredConversation, StoredHistory, StoredHold } from './stored.ts';

/** An acknowledgement as its sender saw it. */
export interface Acked {
  readonly conversation: string;
  readonly id: string;
  readonly seq: number;
}

export interface Evidence {
  readonly acks: readonly Acked[];
  /** The text of each entry that any client was ever shown, by reader, conversation and seq (`shownKey`). */
  readonly seen: ReadonlyMap<string, string>;
  readonly conversations: readonly StoredConversation[];
  readonly history: ReadonlyMap<string, StoredHistory>;
  readonly holds: readonly StoredHold[];
}

export interface Verdict {
  /** Distinct acknowledged commands. */
  readonly acked: number;
  /** Acknowledged, but not in the log at the acknowledged position. */
  readonly lost: string[];
  /** In the logs more than once, or acknowledged at two positions. */
  readonly duplicated: string[];
  /** Missing or doubled seqs, and shown entries that differ from the log's. */
  readonly gaps: string[];
  /** Messages of one sender in another order than the one in which they were sent. */
  readonly reordered: string[];
  /** A generation that did not rise, two owners at once, an owner without reserved capacity. */
  readonly owners: string[];
  /** Differences between D1 and the fold of the logs. */
  readonly history: string[];
  readonly entries: number;
}

export type Reader = 'visitor' | 'agent';
const entryKey = (conversation: string, seq: number): string => `${conversation} ${seq}`;
export const shownKey = (reader: Reader, conversation: string, seq: number): string =>
  `${reader} ${entryKey(conversation, seq)}`;

/** Parses a text that names its sender and the number of the message: `v3 17 …`. */
const numbered = (text: string): { stream: string; number: number } | undefined => {
  const match = /^(\S+) (\d+)(?: |$)/.exec(text);
  return match?.[1] ? { stream: match[1], number: Number(match[2]) } : undefined;
};

export function judge(evidence: Evidence): Verdict {
  const logs = new Map(evidence.conversations.map(({ id, log }) => [id, log]));
  return {
    acked: new Set(evidence.acks.map((ack) => ack.id)).size,
    lost: lostIn(evidence.acks, logs),
    duplicated: [...doubledEntries(logs), ...doubledAnswers(evidence.acks)],
    gaps: [...gapsIn(logs), ...shownOtherwise(evidence.seen, logs)],
    reordered: reorderedIn(logs),
    owners: ownersOf(logs, evidence.holds),
    history: historyDiffers(logs, evidence.history),
    entries: [...evidence.history.values()].reduce((sum, row) => sum + row.entries.length, 0),
  };
}

export function isSound(verdict: Verdict): boolean {
  const { lost, duplicated, gaps, reordered, owners, history } = verdict;
  return [lost, duplicated, gaps, reordered, owners, history].every((found) => found.length === 0);
}

/** A broken log stays unsound: it cannot recover by itself. */
export function isHopeless({ lost, duplicated, gaps, reordered }: Verdict): boolean {
  return [lost, duplicated, gaps, reordered].some((found) => found.length > 0);
}

type Logs = ReadonlyMap<string, readonly Entry[]>;

const idOf = (entry: Entry | undefined): string | undefined =>
  entry && 'id' in entry ? entry.id : undefined;

function lostIn(acks: readonly Acked[], logs: Logs): string[] {
  return acks
    .filter(({ conversation, id, seq }) => {
      const entry = logs.get(conversation)?.find((one) => one.seq === seq);
      return idOf(entry) !== id;
    })
    .map(({ conversation, id, seq }) => `${conversation} ${seq} ${id}`);
}

function doubledEntries(logs: Logs): string[] {
  const times = new Map<string, number>();
  const count = (key: string) => times.set(key, (times.get(key) ?? 0) + 1);
  for (const log of logs.values()) {
    for (const entry of log) {
      if (entry.kind === 'message.sent') count(`text ${entry.text}`);
      const id = idOf(entry);
      if (id !== undefined && entry.by.kind !== 'system') count(`${entry.by.id} ${id}`);
    }
  }
  return [...times].filter(([, count]) => count > 1).map(([key, count]) => `${key} is there ${count} times`);
}

function doubledAnswers(acks: readonly Acked[]): string[] {
  const keys = new Map<string, Set<string>>();
  for (const { conversation, id, seq } of acks) {
    const known = keys.get(id) ?? new Set();
    keys.set(id, known.add(entryKey(conversation, seq)));
  }
  return [...keys]
    .filter(([, at]) => at.size > 1)
    .map(([id, at]) => `${id} acknowledged at ${[...at].join(', ')}`);
}

function gapsIn(logs: Logs): string[] {
  return [...logs].flatMap(([id, log]) => {
    const wrong = log.find((entry, index) => entry.seq !== index + 1);
    return wrong ? [`${id} has ${wrong.seq} out of place`] : [];
  });
}

function shownOtherwise(seen: Evidence['seen'], logs: Logs): string[] {
  const held = new Map<string, string>();
  for (const [id, log] of logs) {
    const owners = log.flatMap((entry) => (entry.kind === 'agent.assigned' ? [entry.agent.id] : []));
    const alias = aliasAmong(new Set(owners));
    for (const entry of log) {
      held.set(shownKey('agent', id, entry.seq), JSON.stringify(entry));
      held.set(shownKey('visitor', id, entry.seq), JSON.stringify(entryForVisitor(entry, alias)));
    }
  }
  return [...seen]
    .filter(([key, text]) => held.get(key) !== text)
    .map(([key]) => `${key} was shown otherwise`);
}

function reorderedIn(logs: Logs): string[] {
  // A visitor continues from one conversation to the next: the visitor's messages are one stream, in the order of the
  // conversations.
  const ordered = [...logs.values()].sort((a, b) => ordinal(a) - ordinal(b));
  const last = new Map<string, number>();
  const found: string[] = [];
  for (const log of ordered) {
    for (const entry of log) {
      const at = entry.kind === 'message.sent' ? numbered(entry.text) : undefined;
      if (!at) continue;
      const before = last.get(at.stream) ?? -1;
      if (at.number < before) found.push(`${at.stream} ${at.number} comes after ${before}`);
      last.set(at.stream, Math.max(before, at.number));
    }
  }
  return found;
}

function ordinal(log: readonly Entry[]): number {
  const first = log[0];
  return first?.kind === 'conversation.started' ? first.ordinal : 0;
}

function ownersOf(logs: Logs, holds: readonly StoredHold[]): string[] {
  const found: string[] = [];
  for (const [id, log] of logs) {
    let generation = 0;
    let owner: string | null = null;
    for (const entry of log) {
      if (entry.kind === 'agent.assigned') {
        if (owner !== null) found.push(`${id} was assigned to a second owner at ${entry.seq}`);
        if (entry.generation <= generation) found.push(`${id} has generation ${entry.generation} again`);
        generation = entry.generation;
        owner = entry.agent.id;
      }
      if (entry.kind === 'agent.unassigned' || entry.kind === 'conversation.closed') owner = null;
    }
    const held = holds.find((one) => one.conversation === id);
    if ((held?.agent ?? null) !== owner) {
      found.push(
        `${id} is owned by ${owner ?? 'no agent'}, its capacity is reserved for ${held?.agent ?? 'no agent'}`,
      );
    }
  }
  return found;
}

function historyDiffers(logs: Logs, history: Evidence['history']): string[] {
  const found = [...history.keys()].filter((id) => !logs.has(id)).map((id) => `${id} has no log`);
  for (const [id, log] of logs) {
    const stored = history.get(id);
    if (!stored) found.push(`${id} is missing`);
    else if (JSON.stringify(stored.entries) !== JSON.stringify(log))
      found.push(`${id} has ${stored.entries.length} entries of ${log.length}`);
    else if (stored.head !== log.length) found.push(`${id} has the head ${stored.head}`);
    else if (JSON.stringify(stored.state) !== JSON.stringify(fold(id, log)))
      found.push(`${id} has another state`);
  }
  return found;
}

/** Typed messages that are in no log. */
export function undelivered(
  typed: readonly string[],
  conversations: readonly StoredConversation[],
): string[] {
  const texts = new Set<string>();
  for (const { log } of conversations)
    for (const entry of log) if (entry.kind === 'message.sent') texts.add(entry.text);
  return typed.filter((text) => !texts.has(text));
}
