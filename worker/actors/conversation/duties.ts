/**
 * Scheduled work of a conversation. Each duty is computed from state that survives eviction, so a restart loses none.
 */
import { laterWindow } from '#domain/conversation/archive';
import { forwardAt, idleAt } from '#domain/conversation/conversation';
import type { Duty } from '../../runtime/alarm.ts';
import type { ConversationCore } from './core.ts';

const system = { kind: 'system' } as const;

/** Delays before scheduled work, in milliseconds. */
export interface Waits {
  /** The longest delay before entries are archived. */
  readonly archive: number;
  /** How long after the last tab closes the visitor counts as gone: longer than a reload or the next page takes. */
  readonly leave: number;
}

export const waits: Waits = { archive: laterWindow, leave: 30_000 };

/** Closes the conversation after the campaign's idle time. */
export function idleDuty(core: ConversationCore): Duty {
  return {
    name: 'idle',
    next: () => idleAt(core.journal.state, core.self.settings.idleMinutes),
    run: () => void core.perform(system, { t: 'idle' }),
  };
}

/**
 * Takes the conversation from an owner who does not reply. A reply that is in the log in time counts, however late
 * this runs.
 */
export function forwardDuty(core: ConversationCore): Duty {
  const due = () => forwardAt(core.journal.state, core.self.settings.forwardAfter ?? null);
  return {
    name: 'forward',
    next: due,
    run(now) {
      const at = due();
      if (at !== null && at <= now)
        core.perform(system, { t: 'forward', generation: core.journal.state.generation });
    },
  };
}

/** Records that the visitor has left. */
export function leftDuty(core: ConversationCore): Duty {
  return {
    name: 'left',
    next() {
      const goneAt = core.goneAt;
      return goneAt === null ? null : goneAt + core.waits.leave;
    },
    run() {
      core.visitorGone(null);
      core.perform(system, { t: 'visitor.left' });
    },
  };
}

/** Stores marks that no push has stored, because the archive is unreachable. */
export function marksDuty(core: ConversationCore): Duty {
  return { name: 'marks', next: () => core.marksDueAt, run: () => core.saveMarks() };
}
