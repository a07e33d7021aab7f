/** Sends frames to the tabs that follow. A frame is encoded once for each reader, however many tabs there are. */
import type { Side } from '#domain/conversation/parties';
import { entryForVisitor } from '#domain/conversation/redaction';
import { seesAll } from '#domain/floor/sight';
import type { Attachment, Entry } from '#protocol';
import type { Host, Socket } from '../../runtime/host.ts';
import type { Row } from '../../runtime/log.ts';
import { attachmentOf } from './attachment.ts';
import type { Journal } from './journal.ts';

/** Sends a frame. A socket that is gone is ignored: its close event handles that. */
export function send(socket: Socket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // It is closing.
  }
}

/** The sockets that have sent hello, of one side or both. */
export function following(host: Host, side?: Side): Socket[] {
  return host.sockets(side).filter((socket) => attachmentOf(socket)?.hello);
}

/** A log as each reader may see it: revised and redacted, revised, or as it was written (ENT-18). */
export type Reader = Side | 'supervisor';

export function readerOf(tab: Attachment): Reader {
  return tab.side === 'agent' && seesAll(tab) ? 'supervisor' : tab.side;
}

type Readable = Pick<Journal, 'alias' | 'revisions'>;

/** A range frame from rows. For agents only revised entries are parsed. */
export function rangeFrame(
  reader: Reader,
  after: number,
  upTo: number,
  rows: readonly Row[],
  journal: Readable,
): string {
  const texts = rows.flatMap(({ seq, entry: text }) =>
    textFor(reader, { seq, text, entry: () => JSON.parse(text) as Entry }, journal),
  );
  return frameOf(after, upTo, texts);
}

function frameOf(after: number, upTo: number, texts: readonly string[]): string {
  return `{"t":"range","after":${after},"upTo":${upTo},"entries":[${texts.join(',')}]}`;
}

/** An entry as a reader may see it, as JSON; empty if its audience is another. */
function textFor(
  reader: Reader,
  { seq, text, entry }: { seq: number; text: string; entry(): Entry },
  { alias, revisions }: Readable,
): string[] {
  if (reader === 'supervisor' || (reader === 'agent' && !revisions.has(seq))) return [text];
  const present = revisions.apply(entry());
  const shown = reader === 'visitor' ? entryForVisitor(present, alias) : present;
  return shown ? [JSON.stringify(shown)] : [];
}

/** Sends entries that were just written to all following tabs, each of which may see them in another form. */
export function publish(
  host: Host,
  written: readonly { entry: Entry; text: string }[],
  journal: Readable,
): void {
  const head = written.at(-1)?.entry.seq;
  const after = (written[0]?.entry.seq ?? 1) - 1;
  if (head === undefined) return;
  const frameFor = (reader: Reader) =>
    frameOf(
      after,
      head,
      written.flatMap(({ entry, text }) =>
        textFor(reader, { seq: entry.seq, text, entry: () => entry }, journal),
      ),
    );
  const frames = new Map<Reader, string>();
  for (const socket of host.sockets()) {
    const tab = attachmentOf(socket);
    if (!tab?.hello) continue;
    const reader = readerOf(tab);
    const frame = frames.get(reader) ?? frameFor(reader);
    frames.set(reader, frame);
    send(socket, frame);
  }
}

/** Sends any other frame to one side, or both, except to `except`. */
export function signal(host: Host, side: Side | undefined, frame: object, except?: Socket): void {
  let text: string | undefined;
  for (const socket of following(host, side)) {
    if (socket !== except) send(socket, (text ??= JSON.stringify(frame)));
  }
}

/** Sends each side the marks that it may see. */
export function tellMarks(host: Host, { marks, told }: Journal): void {
  signal(host, 'agent', { t: 'marks', marks });
  signal(host, 'visitor', { t: 'marks', marks: told });
}
