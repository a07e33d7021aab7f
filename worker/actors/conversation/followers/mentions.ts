/** Sends the colleagues whom notes mention the start of each such note, and its later revisions. */
import { cut } from '#domain/base/text';
import { lastWordsLength } from '#domain/conversation/folds';
import { idOf } from '#domain/conversation/parties';
import type { Entry, EntryOf } from '#protocol';
import type { MentionNote } from '../../contracts/agent.ts';
import { agentStub } from '../../stubs.ts';
import type { Journal } from '../journal.ts';
import type { Following } from './ends.ts';

type Tell = (agent: string, note: MentionNote) => Promise<void>;

export const mentions: Following<Tell> = {
  end:
    ({ env, account }) =>
    async (agent, note) =>
      agentStub(env, account, agent).mentionNoted(note),
  follow: ({ journal }, tell) => ({
    async push(cursor) {
      const { head } = journal;
      for (const note of changedNotes(journal, cursor)) {
        const told = noteOf(journal, note);
        if (told) await Promise.all(mentionedBy(note).map((agent) => tell(agent, told)));
      }
      return head;
    },
  }),
};

/** The notes after a seq, and the earlier ones that were revised after it, in their revised form. */
function changedNotes(journal: Journal, after: number): EntryOf<'note.added'>[] {
  const seqs = new Set<number>();
  for (const row of journal.log.read(after, journal.head)) {
    const entry = JSON.parse(row.entry) as Entry;
    if (entry.kind === 'note.added') seqs.add(entry.seq);
    else if ((entry.kind === 'message.edited' || entry.kind === 'message.deleted') && entry.of === 'note')
      seqs.add(entry.target);
  }
  return [...seqs].flatMap((seq) => {
    const entry = journal.entry(seq);
    return entry?.kind === 'note.added' ? [entry] : [];
  });
}

/** The mentioned colleagues, without the author. */
function mentionedBy({ by, mentions: mentioned = [] }: EntryOf<'note.added'>): string[] {
  return [...new Set(mentioned.map(({ id }) => id))].filter((id) => id !== idOf(by));
}

function noteOf({ state }: Journal, entry: EntryOf<'note.added'>): MentionNote | null {
  const { seq, at, by, text, deleted } = entry;
  if (by.kind !== 'agent') return null;
  const { id, name } = state.visitor;
  return {
    ...{ conversation: state.id, seq, at, by: { kind: 'agent', id: by.id, name: by.name } },
    visitor: { id, ...(name !== undefined && { name }) },
    text: cut(text, lastWordsLength),
    ...(deleted && { deleted: true }),
  };
}
