/**
 * The rules of a conversation: `decide` turns a command into entries or a refusal, `evolve` folds an entry into the
 * state. The same fold runs in the actor, in the workspace and in the widget.
 */
import {
  refuse,
  type AgentParty,
  type ConversationState,
  type Draft,
  type Entry,
  type EntryOf,
  type Owner,
  type Party,
  type Refusal,
  type Target,
} from '#protocol';
import { identified, type Assigning, type Command } from './commands.ts';
import { begin, foldOf, rulesOf, type AnsweredCommand } from './kinds.ts';
import { idOf, system } from './parties.ts';

/** Whether a party writes only in a conversation that it owns, and the reason where it ends one. */
const writers: { readonly [K in Party['kind']]: { ownOnly: boolean; ending: 'visitor' | 'agent' } } = {
  visitor: { ownOnly: false, ending: 'visitor' },
  agent: { ownOnly: true, ending: 'agent' },
  system: { ownOnly: false, ending: 'agent' },
};

/**
 * Judges a command. Returns the entries that it causes, in order (none where it changes nothing), or a refusal.
 * Rights are checked before; here stand the rules that depend on the log.
 */
export function decide(state: ConversationState, command: Command, by: Party): Draft[] | Refusal {
  switch (command.t) {
    case 'message.send': {
      const refusal = mayWrite(state, by);
      return refusal ?? [{ kind: 'message.sent', by, id: command.id, text: command.text }];
    }
    case 'conversation.close': {
      const refusal = mayWrite(state, by);
      const reason = writers[by.kind].ending;
      return refusal ?? [{ kind: 'conversation.closed', by, id: command.id, reason }];
    }
    case 'conversation.return': {
      const refusal = mayWrite(state, by);
      if (refusal) return refusal;
      return unassigned(state, by, 'returned', command.id);
    }
    case 'visitor.identify': {
      const refusal = closedRefusal(state);
      if (refusal) return refusal;
      return [{ kind: 'visitor.identified', by, id: command.id, ...identified(command) }];
    }
    case 'visitor.block': {
      const refusal = mayWrite(state, by);
      if (refusal) return refusal;
      return [
        { kind: 'visitor.blocked', by, id: command.id },
        { kind: 'conversation.closed', by, reason: 'blocked' },
      ];
    }
    case 'assign':
      return assigned(state, command);
    case 'transfer': {
      const { by, to, note, generation } = command;
      if (state.phase === 'closed') return refuse('conversation_closed');
      if (generation !== state.generation) return refuse('stale_generation');
      return [transferred(by, to, note), ...unassigned(state, by, 'transferred')];
    }
    case 'conversation.defer': {
      const refusal = closedRefusal(state);
      if (refusal) return refusal;
      if (state.type === 'nrt') return [];
      // An agent has it, and decides.
      if (state.owner) return refuse('already_taken');
      return [{ kind: 'conversation.deferred', by, id: command.id }];
    }
    case 'forward':
      if (command.generation !== state.generation || state.firstReplyAt !== null) return [];
      return unassigned(state, system, 'no_reply');
    case 'unassign':
      if (command.generation !== state.generation) return [];
      return unassigned(state, system, command.reason);
    case 'visitor.left':
      return state.phase !== 'closed' && state.visitor.here
        ? [{ kind: 'visitor.left', by: { kind: 'visitor', id: state.visitor.id } }]
        : [];
    case 'visitor.returned':
      return state.phase !== 'closed' && !state.visitor.here
        ? [{ kind: 'visitor.returned', by: { kind: 'visitor', id: state.visitor.id } }]
        : [];
    case 'idle':
    case 'full':
      return state.phase === 'closed' ? [] : [{ kind: 'conversation.closed', by: system, reason: command.t }];
  }
}

/** Makes an agent the owner, of what nobody has or in the place of the one who has it. */
function assigned(state: ConversationState, command: Assigning): Draft[] | Refusal {
  const { agent, generation, type, how = 'taken', by, note, from } = command;
  if (state.phase === 'closed') return refuse('conversation_closed');
  // The same assignment asked for twice (the first answer was lost) is the same answer.
  if (state.owner?.id === agent.id && state.generation === generation) return [];
  if (state.owner && state.generation !== from)
    return refuse('already_taken', { by: { id: state.owner.id, name: state.owner.name } });
  if (generation <= state.generation) return refuse('stale_generation');
  // Each type has its own limit: capacity reserved for the other type does not fit this one (F170, F171).
  if (type !== undefined && type !== state.type) return refuse('conflict', { field: 'type' });
  const done: Draft = {
    kind: 'agent.assigned',
    by: by ?? (how === 'routed' ? system : agentParty(agent)),
    agent,
    generation,
    how,
  };
  return by ? [transferred(by, agentParty(agent), note), done] : [done];
}

function transferred(by: AgentParty, to: AgentParty | Target, note: string | undefined): Draft {
  return { kind: 'conversation.transferred', by, to, ...(note && { note }) };
}

/** An agent writes only in a conversation of their own; a visitor writes until it is closed. */
function mayWrite(state: ConversationState, by: Party): Refusal | undefined {
  const closed = closedRefusal(state);
  if (closed) return closed;
  const { owner } = state;
  if (!writers[by.kind].ownOnly || owner?.id === idOf(by)) return undefined;
  return refuse('not_owner', owner ? { by: { id: owner.id, name: owner.name } } : {});
}

function closedRefusal(state: ConversationState): Refusal | undefined {
  if (state.visitor.blocked) return refuse('blocked');
  return state.phase === 'closed' ? refuse('conversation_closed') : undefined;
}

function unassigned(
  state: ConversationState,
  by: Party,
  reason: EntryOf<'agent.unassigned'>['reason'],
  id?: string,
): Draft[] {
  if (state.phase !== 'active' || !state.owner) return [];
  const { generation } = state;
  const agent = agentParty(state.owner);
  return [{ kind: 'agent.unassigned', by, agent, generation, reason, ...(id !== undefined && { id }) }];
}

/** An owner without the photo. */
const agentParty = ({ kind, id, name }: Owner): AgentParty => ({ kind, id, name });

/**
 * Folds one entry in. The state is never changed in place. An entry of an unknown kind has its place in the log and
 * changes nothing else. An entry that is not the next one is a bug of the caller.
 */
export function evolve(state: ConversationState, entry: Entry): ConversationState {
  const next = { ...state, head: entry.seq };
  return foldOf(entry)?.(next, entry) ?? next;
}

/** The state of a log that has no entry yet. It is never seen outside: the first entry replaces it. */
export function unborn(id: string): ConversationState {
  const nobody = { kind: 'visitor', id: '' } as const;
  const entry = { seq: 0, at: 0, by: nobody, kind: 'conversation.started' } as const;
  return begin(id, { ...entry, campaign: { id: '', name: '' }, site: '', contact: {}, ordinal: 0 });
}

/**
 * A question that nobody has taken is not thrown away because nobody was there to answer: it waits for so long, in
 * milliseconds.
 */
export const longestWait = 3 * 86_400_000;

/** When a conversation in which nothing happens any more closes by itself; null for one that has. */
export function idleAt(state: ConversationState, idleMinutes: number): number | null {
  if (state.phase === 'closed') return null;
  return state.activeAt + (state.phase === 'waiting' ? longestWait : idleMinutes * 60_000);
}

/**
 * When an owner who has not written is to lose the conversation to another (F147); null where not. Seconds from the
 * campaign.
 */
export function forwardAt(state: ConversationState, forwardAfter: number | null): number | null {
  if (forwardAfter === null || state.phase !== 'active' || state.assignedAt === null) return null;
  // A visitor who has an answer, or asked for one later, is not kept waiting.
  if (state.firstReplyAt !== null || state.type === 'nrt') return null;
  return state.assignedAt + forwardAfter * 1_000;
}

/** Folds a whole log. */
export function fold(id: string, entries: Iterable<Entry>): ConversationState {
  let state = unborn(id);
  for (const entry of entries) state = evolve(state, entry);
  return state;
}

/**
 * Whether an entry is the result of a command that has come again: one id must not identify two commands (CMD-8). A
 * command that no kind of entry answers does not pass the type checker: its retries would be refused.
 */
export function isSameCommand(entry: Entry, command: AnsweredCommand): boolean {
  const answers = rulesOf(entry)?.answers;
  return answers?.t === command.t && answers.same(entry, command as never);
}
