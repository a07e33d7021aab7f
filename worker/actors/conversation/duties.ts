/**
 * Scheduled work of a conversation. Each duty is computed from state that survives eviction, so a restart loses none.
 */
import { laterWindow } from '#domain/conversation/archive';
import type { Command } from '#domain/conversation/commands';
import { forwardAt, idleAt } from '#domain/conversation/conversation';
import type { ConversationSettings, ConversationState, Party } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';

const system = { kind: 'system' } as const;

/** Delays before scheduled work, in milliseconds. */
export interface Waits {
  /** The longest delay before entries are archived. */
  readonly archive: number;
  /** How long after the last tab closes the visitor counts as gone: longer than a reload or the next page takes. */
  readonly leave: number;
}

export const waits: Waits = { archive: laterWindow, leave: 30_000 };

/** The part of a conversation that its duties read and act on. */
export interface Scheduled {
  readonly journal: { readonly state: ConversationState };
  readonly self: { readonly settings: ConversationSettings };
  readonly waits: Waits;
  readonly goneAt: number | null;
  readonly marksDueAt: number | null;
  perform(by: Party, command: Command): unknown;
  visitorGone(at: number | null): void;
  saveMarks(): void;
}

/** Closes the conversation after the campaign's idle time. */
export function idleDuty(conversation: Scheduled): Duty {
  return {
    name: 'idle',
    next: () => idleAt(conversation.journal.state, conversation.self.settings.idleMinutes),
    run: () => void conversation.perform(system, { t: 'idle' }),
  };
}

/**
 * Takes the conversation from an owner who does not reply. A reply that is in the log in time counts, however late
 * this runs.
 */
export function forwardDuty(conversation: Scheduled): Duty {
  const due = () => forwardAt(conversation.journal.state, conversation.self.settings.forwardAfter ?? null);
  return {
    name: 'forward',
    next: due,
    run(now) {
      const at = due();
      if (at !== null && at <= now)
        conversation.perform(system, { t: 'forward', generation: conversation.journal.state.generation });
    },
  };
}

/** Records that the visitor has left. */
export function leftDuty(conversation: Scheduled): Duty {
  return {
    name: 'left',
    next() {
      const goneAt = conversation.goneAt;
      return goneAt === null ? null : goneAt + conversation.waits.leave;
    },
    run() {
      conversation.visitorGone(null);
      conversation.perform(system, { t: 'visitor.left' });
    },
  };
}

/** Stores marks that no push has stored, because the archive is unreachable. */
export function marksDuty(conversation: Scheduled): Duty {
  return { name: 'marks', next: () => conversation.marksDueAt, run: () => conversation.saveMarks() };
}
