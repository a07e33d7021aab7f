/** The end of a conversation: its success codes, its closing note and the campaign's closing text. */
import {
  isRefusal,
  refuse,
  type ConversationSettings,
  type ConversationState,
  type Draft,
  type EntryOf,
  type Party,
  type Refusal,
  type SuccessCode,
} from '#protocol';
import type { GivenCommand } from './commands.ts';
import { system } from './parties.ts';

type Settings = Pick<ConversationSettings, 'codes' | 'closing'>;

/** An agent or the visitor ends the conversation. The rights to do so are checked before. */
export function closed(
  state: ConversationState,
  { id, codes, note }: Extract<GivenCommand, { t: 'conversation.close' }>,
  by: Party,
  settings: Settings,
): Draft[] | Refusal {
  const chosen = codes && chosenCodes(codes, settings);
  if (isRefusal(chosen)) return chosen;
  const held = chosen ?? state.codes ?? [];
  // A visitor may always leave; the chat then waits for its code.
  if (by.kind === 'agent' && settings.codes?.required && held.length === 0)
    return refuse('code_required', { field: 'codes' });
  return [
    ...(chosen && !isSame(chosen, state.codes ?? []) ? [changed(by, chosen)] : []),
    ...(note ? [{ kind: 'note.added', by, text: note, closing: true } as const] : []),
    ...ended(
      chosen ? { ...state, codes: chosen } : state,
      by,
      by.kind === 'visitor' ? 'visitor' : 'agent',
      settings,
      id,
    ),
  ];
}

/** The closing text and the end itself. A blocked visitor gets no text. */
export function ended(
  state: ConversationState,
  by: Party,
  reason: EntryOf<'conversation.closed'>['reason'],
  { closing, codes }: Settings,
  id?: string,
): Draft[] {
  const awaitingCode =
    codes?.required === true && (state.codes ?? []).length === 0 && state.firstAssignedAt !== null;
  const end: Draft = {
    ...{ kind: 'conversation.closed', by },
    ...(id !== undefined && { id }),
    reason,
    ...(awaitingCode && { awaitingCode }),
  };
  if (!closing || reason === 'blocked') return [end];
  return [{ kind: 'automatic.sent', by: system, moment: 'closing', text: closing }, end];
}

/** Sets the success codes in place of those before. */
export function coded(
  state: ConversationState,
  { id, codes }: Extract<GivenCommand, { t: 'codes.set' }>,
  by: Party,
  settings: Settings,
): Draft[] | Refusal {
  const chosen = chosenCodes(codes, settings);
  if (isRefusal(chosen)) return chosen;
  if (chosen.length === 0 && settings.codes?.required && state.phase === 'closed')
    return refuse('code_required', { field: 'codes' });
  return isSame(chosen, state.codes ?? []) ? [] : [changed(by, chosen, id)];
}

function changed(by: Party, codes: SuccessCode[], id?: string): Draft {
  return { kind: 'codes.changed', by, ...(id !== undefined && { id }), codes };
}

/** Codes by their ids, in the campaign's order. */
function chosenCodes(ids: readonly string[], { codes }: Settings): SuccessCode[] | Refusal {
  const list = codes?.list ?? [];
  const wrong = ids.some((id) => !list.some((code) => code.id === id));
  if (wrong) return refuse('not_found', { field: 'codes' });
  const chosen = list.filter(({ id }) => ids.includes(id));
  if (chosen.length > 1 && !codes?.multiple) return refuse('bad_request', { field: 'codes' });
  return chosen;
}

function isSame(some: readonly SuccessCode[], others: readonly SuccessCode[]): boolean {
  return some.length === others.length && some.every(({ id }, index) => others[index]?.id === id);
}
