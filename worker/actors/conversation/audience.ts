/** Sends frames to the tabs that follow. A frame is encoded once for each side, however many tabs there are. */
import type { Alias } from '#domain/conversation/aliases';
import type { Side } from '#domain/conversation/parties';
import { entryForVisitor } from '#domain/conversation/redaction';
import type { Entry } from '#protocol';
import type { Host, Socket } from '../../runtime/host.ts';
import type { Row } from '../../runtime/log.ts';
import { attachmentOf } from './attachment.ts';
import { listOf, type Journal } from './journal.ts';

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

/** A range frame from rows, without parsing them for readers who may see all. */
export function rangeFrame(
  side: Side,
  after: number,
  upTo: number,
  rows: readonly Row[],
  alias: Alias,
): string {
  const list =
    side === 'agent'
      ? listOf(rows)
      : `[${textsForVisitor(
          rows.map(({ entry }) => JSON.parse(entry) as Entry),
          alias,
        ).join(',')}]`;
  return `{"t":"range","after":${after},"upTo":${upTo},"entries":${list}}`;
}

/** Entries as a visitor may see them, each as JSON. */
function textsForVisitor(entries: readonly Entry[], alias: Alias): string[] {
  return entries.flatMap((entry) => {
    const shown = entryForVisitor(entry, alias);
    return shown ? [JSON.stringify(shown)] : [];
  });
}

/** Sends entries that were just written to all following tabs. */
export function publish(host: Host, written: readonly { entry: Entry; text: string }[], alias: Alias): void {
  const head = written.at(-1)?.entry.seq;
  const after = (written[0]?.entry.seq ?? 1) - 1;
  if (head === undefined) return;
  const range = (texts: string[]) =>
    `{"t":"range","after":${after},"upTo":${head},"entries":[${texts.join(',')}]}`;
  const forAgents = range(written.map(({ text }) => text));
  const entries = written.map(({ entry }) => entry);
  const forVisitors = range(textsForVisitor(entries, alias));
  for (const socket of host.sockets()) {
    const attachment = attachmentOf(socket);
    if (attachment?.hello) send(socket, attachment.side === 'agent' ? forAgents : forVisitors);
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
