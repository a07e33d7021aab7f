/**
 * The agent's unsent replies and notes, and what each tab learns of them. A tab says which version it wrote over, so a
 * tab that slept, or was offline, never replaces a draft that it has not seen (AGT-25).
 */
import type { AgentClientFrame, AgentServerFrame, AgentWelcome, DraftOf } from '#protocol';
import type { Host } from '../../runtime/host.ts';
import { report } from '../../runtime/report.ts';
import { DraftTable, type DraftUploads, type StoredDraft } from './draft-table.ts';
import type { Tabs } from './tabs.ts';

type Saving = Extract<AgentClientFrame, { t: 'draft.save' | 'note.draft.save' }>;

export class Drafts {
  readonly #host: Host;
  readonly #tabs: Tabs;
  /** Whether a conversation has ended, or there is none. */
  readonly #isOver: (conversation: string) => Promise<boolean>;
  readonly #tables: Readonly<Record<DraftOf, DraftTable>>;

  constructor(
    host: Host,
    tabs: Tabs,
    uploads: DraftUploads,
    isOver: (conversation: string) => Promise<boolean>,
  ) {
    this.#host = host;
    this.#tabs = tabs;
    this.#isOver = isOver;
    const table = (of: DraftOf) => new DraftTable(host.sql, of, uploads);
    this.#tables = { reply: table('reply'), note: table('note') };
  }

  save(tab: WebSocket, frame: Saving): void {
    const of = frame.t === 'draft.save' ? 'reply' : 'note';
    const { conversation } = frame;
    const saved = this.#tables[of].save(frame, this.#host.now());
    if ('conflict' in saved) {
      this.#tabs.send(tab, { t: 'draft.conflict', conversation, of, ...saved.conflict });
      return;
    }
    const { draft, changed, begun } = saved;
    this.#tabs.send(tab, { t: 'draft.saved', conversation, of, version: draft?.version ?? null });
    if (!changed) return;
    this.#tabs.tell(frameOf(of, conversation, draft), tab);
    if (of === 'reply' && begun) this.#host.background(this.#endIfOver(conversation));
  }

  /** A chat has ended: its reply will not be sent. Tabs may have typed more than is stored, so all of them are told. */
  ended(conversation: string): void {
    this.#tables.reply.drop(conversation);
    this.#tabs.tell({ t: 'draft', conversation, text: '', ended: true });
  }

  /** The conversations with an unsent reply. */
  replies(): string[] {
    return [...this.#tables.reply.all(this.#host.now()).keys()];
  }

  /** The part of a tab's welcome. */
  welcome(): Pick<AgentWelcome, 'drafts' | 'draftVersions' | 'draftFiles' | 'noteDrafts'> {
    const now = this.#host.now();
    const [replies, notes] = [[...this.#tables.reply.all(now)], this.#tables.note.all(now)];
    const withFiles = replies.flatMap(([conversation, { files }]) =>
      files ? [[conversation, files] as const] : [],
    );
    const versions = replies.map(([conversation, { version }]) => [conversation, version]);
    return {
      drafts: Object.fromEntries(replies.map(([conversation, { text }]) => [conversation, text])),
      ...(replies.length > 0 && { draftVersions: Object.fromEntries(versions) as Record<string, number> }),
      ...(withFiles.length > 0 && { draftFiles: Object.fromEntries(withFiles) }),
      ...(notes.size > 0 && { noteDrafts: Object.fromEntries(notes) }),
    };
  }

  /** A tab that was offline can save a draft after the end of its chat. */
  async #endIfOver(conversation: string): Promise<void> {
    try {
      if (await this.#isOver(conversation)) this.ended(conversation);
    } catch (error) {
      // The next welcome asks again.
      report('draft_unchecked', error, { conversation });
    }
  }
}

function frameOf(of: DraftOf, conversation: string, draft: StoredDraft | null): AgentServerFrame {
  const t = of === 'reply' ? 'draft' : 'note.draft';
  return { t, conversation, ...(draft ?? { text: '' }) };
}
