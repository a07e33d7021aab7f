/** Changes of owner on the floor: notices to the agents concerned, and the count of passes without a reply. */
import { assists } from '#domain/people/status';
import type { FloorRow, HandedFrame } from '#protocol';
import type { Host } from '../../runtime/host.ts';
import { sendTo, type Floor } from './floor.ts';

/** Returns a row with its count of passes. The count rises with each owner who did not write in time. */
export function passed(before: FloorRow | undefined, row: FloorRow): FloorRow {
  const again = row.phase === 'waiting' && row.released?.reason === 'no_reply' && ownerDiffers(before, row);
  const passes = (before?.passes ?? 0) + (again ? 1 : 0);
  return passes > 0 ? { ...row, passes } : row;
}

/** Notifies the previous and the present owner. Offline agents are skipped: conversations are closed to them (F19). */
export function tellHandover(
  host: Host,
  floor: Pick<Floor, 'agent'>,
  before: FloorRow | undefined,
  row: FloorRow,
): void {
  const { id: conversation, generation, visitor, target, handed } = row;
  if (!handed || row.phase === 'closed' || !ownerDiffers(before, row)) return;
  const from = before?.owner ?? null;
  const frame: HandedFrame = {
    t: 'handed',
    ...{ conversation, generation, from, to: row.owner, target, handed },
    visitor: { id: visitor.id, ...(visitor.name !== undefined && { name: visitor.name }) },
  };
  const text = JSON.stringify(frame);
  for (const agent of new Set([from?.id, row.owner?.id])) {
    const known = agent === undefined ? undefined : floor.agent(agent);
    if (known && assists(known.status)) for (const socket of host.sockets(known.id)) sendTo(socket, text);
  }
}

function ownerDiffers(before: FloorRow | undefined, row: FloorRow): boolean {
  return before?.owner?.id !== row.owner?.id || before?.generation !== row.generation;
}
