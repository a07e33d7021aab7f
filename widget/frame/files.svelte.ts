/** The files of the composer: uploaded, and sent with a message. Loaded for the first file. */
import type { AttachmentsView, Attached as OneFile } from '../client/attaching.ts';
import { Attachments } from '../client/attachments.ts';
import { platform } from '../client/environment.ts';
import { browserTabs } from '../client/tabs.ts';
import { browserStore } from '../client/upload-store.ts';
import { visitorUploads } from '../client/visitor-uploads.ts';
import * as m from '#words/widget';
import AttachedFiles from './AttachedFiles.svelte';
import HeldFiles from './HeldFiles.svelte';
import type { Chat } from './chat.svelte.ts';
import css from './files.css?inline';
import { addSheet } from './sheets.ts';

addSheet(css);

export class Files {
  /** The parts that show them, in the composer and in the log. */
  readonly Attached = AttachedFiles;
  readonly Held = HeldFiles;
  view: AttachmentsView = $state.raw({ attached: [], held: [] });
  /** A message of the composer's files can be sent. */
  readonly sendable = $derived(this.view.attached.some(({ state }) => state !== 'failed'));
  readonly #chat: Chat;
  readonly #attachments: Attachments;
  readonly #scope: string;

  constructor(chat: Chat) {
    this.#chat = chat;
    const { client } = chat;
    const env = platform();
    this.#scope = client.api.site;
    this.#attachments = new Attachments({
      ...{ env, api: visitorUploads(client), store: browserStore(env.now), tabs: browserTabs() },
      owner: this.#scope,
      send: (_, message) => client.deliver(message, chat.later),
      changed: () => this.#changed(),
    });
    void this.#attachments.start();
    addEventListener('beforeunload', (event) => {
      if (this.#attachments.losable) event.preventDefault();
    });
  }

  add(files: Iterable<File>): void {
    this.#attachments.add(this.#scope, files);
    // A file that is shown above the text takes room from the log.
    this.#chat.atEnd = true;
  }

  remove(id: string): void {
    this.#attachments.remove(this.#scope, id);
    this.#chat.attention++;
  }

  retry(id: string): void {
    this.#attachments.retry(id);
  }

  discard(held: string): void {
    this.#attachments.discard(held);
    this.#chat.attention++;
  }

  send(text: string, quote: number | undefined): void {
    this.#attachments.send(this.#scope, { text, quote });
  }

  /** The visitor is signed out: nothing stays in the browser. */
  clear(): void {
    const { attached, held } = this.view;
    for (const { id } of attached) this.#attachments.remove(this.#scope, id);
    for (const { id } of held) this.#attachments.discard(id);
  }

  #changed(): void {
    this.view = this.#attachments.of(this.#scope);
    const { attached, held } = this.view;
    this.#chat.kept.save('files', attached.length + held.length > 0 ? '1' : null);
  }
}

/** Why a file cannot be sent. */
export function failureOf({ code, type }: OneFile): string {
  switch (code) {
    case 'too_large':
      return m.attach_too_large();
    case 'file_type':
      return type === null ? m.attach_type() : m.attach_content();
    case 'bad_request':
      return m.attach_empty();
    case 'unreadable':
      return m.attach_unreadable();
    case 'too_many_files':
      return m.attach_too_many();
    case 'file_quota':
      return m.attach_quota();
    case 'blocked':
      return m.blocked();
    default:
      return m.attach_failed();
  }
}
