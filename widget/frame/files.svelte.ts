/** The files of the composer: uploaded, and sent with a message. Loaded for the first file. */
import type { AttachmentsView } from '../client/attaching.ts';
import { Attachments } from '../client/attachments.ts';
import { platform } from '../client/environment.ts';
import { browserTabs } from '../client/tabs.ts';
import { browserStore } from '../client/upload-store.ts';
import { visitorUploads } from '../client/visitor-uploads.ts';
import AttachedFiles from './AttachedFiles.svelte';
import HeldFiles from './HeldFiles.svelte';
import type { ChatOfFiles, FilesOfComposer } from './file-parts.ts';
import css from './files.css?inline';
import { addSheet } from './sheets.ts';

addSheet(css);

export class Files implements FilesOfComposer {
  /** The parts that show them, in the composer and in the log. */
  readonly Attached = AttachedFiles;
  readonly Held = HeldFiles;
  view: AttachmentsView = $state.raw({ attached: [], held: [] });
  /** A message of the composer's files can be sent. */
  readonly sendable = $derived(this.view.attached.some(({ state }) => state !== 'failed'));
  readonly #chat: ChatOfFiles;
  readonly #attachments: Attachments;
  readonly #scope: string;

  constructor(chat: ChatOfFiles) {
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
