/**
 * The rules of a conversation: `decide` turns a command into entries or a refusal, `evolve` folds an entry into the
 * state. The same fold runs in the actor, in the workspace and in the widget.
 */
import {
  refuse,
  type AgentParty,
  type ConversationSettings,
  type ConversationState,
  type ConversationType,
  type Draft,
  type Entry,
  type EntryOf,
  type FileInfo,
  type Owner,
  type Party,
  type Refusal,
  type Target,
} from '#protocol';
import { identified, type Assigning, type Command } from './commands.ts';
import { closed, coded, ended } from './ending.ts';
import { begin, foldOf } from './folds.ts';
import { rulesOf, type AnsweredCommand } from './kinds.ts';
import { idOf, system } from './parties.ts';
import { whyNot } from './revising.ts';
import { isRevisable } from './revisions.ts';

/** Whether a party writes only in a conversation that it owns. */
const ownOnly: { readonly [K in Party['kind']]: boolean } = { visitor: false, agent: true, system: false };

/** The facts on which a judgement depends beside the state. */
export interface Around {
  /** In UTC milliseconds. */
  readonly now: number;
  readonly settings: Pick<ConversationSettings, 'editMinutes' | 'codes' | 'closing'>;
  /** The files that the message has claimed from their sender. Without them a message with files is refused. */
  readonly files?: readonly FileInfo[] | undefined;
  /** The sender is a supervisor or an administrator. */
  readonly supervises: boolean;
  /** An entry of the log in its revised form. */
  entry(seq: number): Entry | undefined;
}

/** No settings and no log: enough for commands that need neither. */
const bare: Around = { now: 0, settings: {}, supervises: false, entry: () => undefined };

/**
 * Judges a command. Returns the entries that it causes, in order (none where it changes nothing), or a refusal.
 * Rights are checked before; here stand the rules that depend on the log.
 */
export function decide(
  state: ConversationState,
  command: Command,
  by: Party,
  around: Around = bare,
): Draft[] | Refusal {
  switch (command.t) {
    case 'message.send': {
      const { id, text, quote, canned, files } = command;
      const refusal = mayWrite(state, by) ?? mayQuote(quote, around);
      if (refusal) return refusal;
      if (files?.length && !around.files) return refuse('not_found', { field: 'files' });
      const from = { ...(quote !== undefined && { quote }), ...(canned?.length && { canned: [...canned] }) };
      const its = { ...from, ...(files?.length && { files: [...(around.files ?? [])] }) };
      return [{ kind: 'message.sent', by, id, text, ...its }];
    }
    case 'message.edit':
    case 'message.delete':
      return revised(state, command, by, around);
    case 'note.add': {
      const { id, text, mentions = [] } = command;
      return [{ kind: 'note.added', by, id, text, ...(mentions.length > 0 && { mentions: [...mentions] }) }];
    }
    case 'stage.set': {
      const refusal = mayWrite(state, by);
      if (refusal) return refusal;
      return stageOf(state) === 'new'
        ? [{ kind: 'stage.changed', by, id: command.id, stage: 'in_progress' }]
        : [];
    }
    case 'codes.set': {
      const refusal = around.supervises ? undefined : mayOwn(state, by);
      return refusal ?? coded(state, command, by, around.settings);
    }
    case 'conversation.close':
      return mayWrite(state, by) ?? closed(state, command, by, around.settings);
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
        ...ended(state, by, 'blocked', around.settings),
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
    case 'conversation.defer':
      return retyped(state, 'nrt', { kind: 'conversation.deferred', by, id: command.id });
    case 'conversation.resume':
      return retyped(state, 'live', { kind: 'conversation.resumed', by, id: command.id });
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
      return state.phase === 'closed' ? [] : ended(state, system, command.t, around.settings);
  }
}

/** The visitor chooses when to be answered. With an owner, the owner decides. */
function retyped(state: ConversationState, type: ConversationType, entry: Draft): Draft[] | Refusal {
  const refusal = closedRefusal(state);
  if (refusal) return refusal;
  if (state.type === type) return [];
  return state.owner ? refuse('already_taken') : [entry];
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
  return closedRefusal(state) ?? mayOwn(state, by);
}

/** Also after the end: a closed conversation keeps its last owner. */
function mayOwn({ owner }: ConversationState, by: Party): Refusal | undefined {
  if (!ownOnly[by.kind] || owner?.id === idOf(by)) return undefined;
  return refuse('not_owner', owner ? { by: { id: owner.id, name: owner.name } } : {});
}

/** A message quotes a message, never a note: the visitor reads it. */
function mayQuote(quote: number | undefined, { entry }: Around): Refusal | undefined {
  if (quote === undefined) return undefined;
  const quoted = entry(quote);
  if (quoted?.kind === 'message.sent' && !quoted.deleted) return undefined;
  return refuse('not_found', { field: 'quote' });
}

/** An edit or a deletion. Agents revise after the end too: a secret that slipped out must be removable. */
function revised(
  state: ConversationState,
  command: Extract<Command, { t: 'message.edit' | 'message.delete' }>,
  by: Party,
  { now, settings, supervises, entry }: Around,
): Draft[] | Refusal {
  const refusal = by.kind === 'visitor' ? closedRefusal(state) : undefined;
  if (refusal) return refusal;
  const { id, target } = command;
  const found = entry(target);
  // For visitors, notes do not exist.
  if (!isRevisable(found) || (by.kind === 'visitor' && found.kind === 'note.added'))
    return refuse('not_found', { field: 'target' });
  const act = command.t === 'message.edit' ? 'edit' : 'delete';
  const why = whyNot(act, found, { by, now, editMinutes: settings.editMinutes, supervises });
  if (why) return refuse(why, { field: 'target' });
  const of = found.kind === 'note.added' ? 'note' : 'message';
  if (command.t === 'message.delete') return [{ kind: 'message.deleted', by, id, target, of }];
  return [{ kind: 'message.edited', by, id, target, of, text: command.text }];
}

/** The stage that the workspace shows (F61). Messages by bots and automatic texts do not change it. */
export function stageOf(state: ConversationState): 'new' | 'in_progress' | 'completed' {
  if (state.phase === 'closed') return 'completed';
  return inProgressAt(state) === null ? 'new' : 'in_progress';
}

/** When an agent first wrote, or the owner moved the conversation on by hand; null if neither happened. */
export function inProgressAt({ firstReplyAt, inProgressAt: byHand }: ConversationState): number | null {
  if (firstReplyAt === null || byHand === undefined) return firstReplyAt ?? byHand ?? null;
  return Math.min(firstReplyAt, byHand);
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
