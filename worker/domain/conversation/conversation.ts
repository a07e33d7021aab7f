/**
 * The rules of a conversation: `decide` turns a command into entries or a refusal, `evolve` folds an entry into the state. The
 * same fold runs in the actor, in the workspace and in the widget.
 */
import {
  cleanName,
  refuse,
  type AgentParty,
  type Owner,
  type ConversationState,
  type ConversationType,
  type Draft,
  type Entry,
  type EntryOf,
  type Party,
  type Refusal,
  type Target,
} from '#protocol';
import { cut } from '../base/text.ts';

/** How much of a message a state and a floor row carry, in code points. */
export const lastWordsLength = 160;

/** Made by the sender once; `prev` is the command that must stand in the log before this one. */
interface Given {
  readonly id: string;
  readonly prev?: string | undefined;
}

/** What can be asked of a conversation. Those with an `id` are safe to repeat: the log remembers the id. */
export type Command =
  | ({ t: 'message.send'; text: string } & Given)
  | ({ t: 'conversation.close' } & Given)
  | ({ t: 'conversation.return' } & Given)
  | ({ t: 'visitor.identify'; name?: string | undefined; email?: string | undefined } & Given)
  | ({ t: 'visitor.block' } & Given)
  /** The visitor waits no longer, and wants to be answered later. */
  | ({ t: 'conversation.defer' } & Given)
  /** From the dispatcher, which has reserved the place under this generation. */
  | ({ t: 'assign' } & Assigning)
  /** From the dispatcher: passes what an agent owns on to a group or another campaign. */
  | { t: 'transfer'; by: AgentParty; to: Target; note?: string | undefined; generation: number }
  /** The owner has not written in time. */
  | { t: 'forward'; generation: number }
  /** From the dispatcher: the owner of this generation is gone. */
  | { t: 'unassign'; generation: number; reason: EntryOf<'agent.unassigned'>['reason'] }
  | { t: 'visitor.left' }
  | { t: 'visitor.returned' }
  | { t: 'idle' }
  /** The log has reached its greatest size. */
  | { t: 'full' };

/** A command with an id, which may therefore arrive twice. */
export type GivenCommand = Extract<Command, Given>;

/** A change of owner. */
export interface Assigning {
  readonly agent: Owner;
  readonly generation: number;
  /** The type of the reserved place. Any type if absent (an earlier version). */
  readonly type?: ConversationType | undefined;
  /** Without it taken by hand. */
  readonly how?: EntryOf<'agent.assigned'>['how'] | undefined;
  /** Who passes it on to the agent, and why; without it the agent takes it themselves. */
  readonly by?: AgentParty | undefined;
  readonly note?: string | undefined;
  /** The generation of the owner from whom it goes on; without it nobody has it. */
  readonly from?: number | undefined;
}

const system: Party = { kind: 'system' };

/**
 * Judges a command. Returns the entries that it causes, in order (none where it changes nothing), or a refusal. Rights are
 * checked before; here stand the rules that depend on the log.
 */
export function decide(state: ConversationState, command: Command, by: Party): Draft[] | Refusal {
  switch (command.t) {
    case 'message.send': {
      const refusal = mayWrite(state, by);
      return refusal ?? [{ kind: 'message.sent', by, id: command.id, text: command.text }];
    }
    case 'conversation.close': {
      const refusal = by.kind === 'agent' ? mayWrite(state, by) : closedRefusal(state);
      return (
        refusal ?? [
          {
            kind: 'conversation.closed',
            by,
            id: command.id,
            reason: by.kind === 'agent' ? 'agent' : 'visitor',
          },
        ]
      );
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
      // Somebody is here now: what to do with it is theirs to say.
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

/** The part of a visitor's details that is stored. */
export function identified(said: { name?: string | undefined; email?: string | undefined }): {
  name?: string;
  email?: string;
} {
  const name = said.name === undefined ? undefined : cleanName(said.name);
  return { ...(name && { name }), ...(said.email && { email: said.email }) };
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
  // Each type has its own limit: a place reserved for the other type does not fit this one (F170, F171).
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
  if (by.kind !== 'agent' || state.owner?.id === by.id) return undefined;
  return refuse('not_owner', state.owner ? { by: { id: state.owner.id, name: state.owner.name } } : {});
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

/** Who they are, without what they look like. */
const agentParty = ({ kind, id, name }: Owner): AgentParty => ({ kind, id, name });

/** The state that the first entry makes. `by` of a first entry is always the visitor. */
function begin(id: string, entry: EntryOf<'conversation.started'>): ConversationState {
  return {
    id,
    head: entry.seq,
    phase: 'waiting',
    type: entry.type ?? 'live',
    owner: null,
    generation: 0,
    campaign: entry.campaign,
    target: null,
    released: null,
    site: entry.site,
    visitor: {
      id: entry.by.kind === 'system' ? '' : entry.by.id,
      ...entry.contact,
      blocked: false,
      here: true,
    },
    ...(entry.page && { page: entry.page }),
    ordinal: entry.ordinal,
    startedAt: entry.at,
    assignedAt: null,
    firstAssignedAt: null,
    firstReplyAt: null,
    activeAt: entry.at,
    messages: { visitor: 0, agent: 0 },
    lastMessage: null,
    closed: null,
  };
}

/** Folds one entry in. The state is never changed in place. An entry that is not the next one is a bug of the caller. */
export function evolve(state: ConversationState, entry: Entry): ConversationState {
  const next = { ...state, head: entry.seq };
  switch (entry.kind) {
    case 'conversation.started':
      return begin(state.id, entry);
    case 'message.sent': {
      next.activeAt = entry.at;
      next.lastMessage = {
        seq: entry.seq,
        at: entry.at,
        by: entry.by,
        text: cut(entry.text, lastWordsLength),
      };
      if (entry.by.kind === 'agent') {
        next.messages = { ...state.messages, agent: state.messages.agent + 1 };
        next.firstReplyAt = state.firstReplyAt ?? entry.at;
      } else {
        next.messages = { ...state.messages, visitor: state.messages.visitor + 1 };
      }
      return next;
    }
    case 'agent.assigned':
      next.phase = 'active';
      next.owner = entry.agent;
      next.target = null;
      next.released = null;
      next.generation = entry.generation;
      next.assignedAt = entry.at;
      next.firstAssignedAt = state.firstAssignedAt ?? entry.at;
      next.activeAt = entry.at;
      return next;
    case 'agent.unassigned':
      next.phase = 'waiting';
      next.released = { agent: entry.agent.id, reason: entry.reason };
      next.owner = null;
      next.assignedAt = null;
      next.activeAt = entry.at;
      return next;
    case 'conversation.transferred':
      next.target = entry.to.kind === 'agent' ? null : entry.to;
      return next;
    case 'conversation.deferred':
      next.type = 'nrt';
      return next;
    case 'visitor.left':
      next.visitor = { ...state.visitor, here: false };
      return next;
    case 'visitor.returned':
      next.visitor = { ...state.visitor, here: true };
      return next;
    case 'visitor.identified':
      next.visitor = {
        ...state.visitor,
        ...(entry.name !== undefined && { name: entry.name }),
        ...(entry.email !== undefined && { email: entry.email }),
      };
      return next;
    case 'visitor.blocked':
      next.visitor = { ...state.visitor, blocked: true };
      return next;
    case 'conversation.closed':
      // The owner stays named: a closed conversation was theirs.
      next.phase = 'closed';
      next.closed = { at: entry.at, by: entry.by, reason: entry.reason };
      // Visitors do not receive `visitor.blocked`, so this entry marks the visitor as blocked for them.
      if (entry.reason === 'blocked') next.visitor = { ...state.visitor, blocked: true };
      return next;
    default:
      // An entry of a kind that this version doesn't know: it has its place and nothing else.
      return next;
  }
}

/** The state of a log that has no entry yet. It is never seen outside: the first entry replaces it. */
export function unborn(id: string): ConversationState {
  const nobody = { kind: 'visitor', id: '' } as const;
  const entry = { seq: 0, at: 0, by: nobody, kind: 'conversation.started' } as const;
  return begin(id, { ...entry, campaign: { id: '', name: '' }, site: '', contact: {}, ordinal: 0 });
}

/** A question that nobody has taken is not thrown away because nobody was there to answer: it waits for so long, in milliseconds. */
export const longestWait = 3 * 86_400_000;

/** When a conversation in which nothing happens any more closes by itself; null for one that has. */
export function idleAt(state: ConversationState, idleMinutes: number): number | null {
  if (state.phase === 'closed') return null;
  return state.activeAt + (state.phase === 'waiting' ? longestWait : idleMinutes * 60_000);
}

/** When an owner who has not written is to lose the conversation to another (F147); null where not. Seconds from the campaign. */
export function forwardAt(state: ConversationState, forwardAfter: number | null): number | null {
  if (forwardAfter === null || state.phase !== 'active' || state.assignedAt === null) return null;
  // Whoever reads what somebody was told already has not been kept waiting without a word.
  if (state.firstReplyAt !== null || state.type === 'nrt') return null;
  return state.assignedAt + forwardAfter * 1_000;
}

/** Folds a whole log. */
export function fold(id: string, entries: Iterable<Entry>): ConversationState {
  let state = unborn(id);
  for (const entry of entries) state = evolve(state, entry);
  return state;
}

/** True where two states differ in what the floor shows: phase, owner, who the visitor is and whether they are here. */
export function floorDiffers(a: ConversationState, b: ConversationState): boolean {
  return (
    a.phase !== b.phase ||
    a.type !== b.type ||
    a.target !== b.target ||
    a.generation !== b.generation ||
    a.owner?.id !== b.owner?.id ||
    a.visitor !== b.visitor
  );
}
