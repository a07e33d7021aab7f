/** The files of this agent's composers, by conversation: the uploads of the shared client, as Svelte's state. */
import type { AttachmentsView, Written } from '#client/attaching';
import { Attachments, type Outgoing } from '#client/attachments';
import { platform } from '#client/environment';
import { browserTabs } from '#client/tabs';
import { browserStore } from '#client/upload-store';
import type { FileInfo } from '#protocol';
import { cannedThumbnail } from '../files/addresses.ts';
import { uploadsApi } from '../files/uploads-api.ts';
import type { ComposerFiles } from './composing.ts';
import type { HeldActions } from './message-actions.ts';

const nothing: AttachmentsView = { attached: [], held: [] };

/** The files of one conversation's composer, and its messages that wait for their files. */
export class FilesOfChat implements ComposerFiles, HeldActions {
  #view = $state.raw(nothing);
  readonly #conversation: string;
  readonly #attachments: Attachments;

  constructor(conversation: string, attachments: Attachments) {
    this.#conversation = conversation;
    this.#attachments = attachments;
    this.refresh();
  }

  refresh(): void {
    const view = this.#attachments.of(this.#conversation);
    const isEmpty = view.attached.length + view.held.length === 0;
    this.#view = isEmpty ? nothing : view;
  }

  get attached(): AttachmentsView['attached'] {
    return this.#view.attached;
  }

  get held(): AttachmentsView['held'] {
    return this.#view.held;
  }

  add(files: Iterable<File>): void {
    this.#attachments.add(this.#conversation, files);
  }

  /** Adds copies of the files of a canned response. */
  copy(files: readonly FileInfo[]): void {
    for (const file of files) this.#attachments.copy(this.#conversation, file, cannedThumbnail(file));
  }

  remove(id: string): void {
    this.#attachments.remove(this.#conversation, id);
  }

  retry(id: string): void {
    this.#attachments.retry(id);
  }

  discard(message: string): void {
    this.#attachments.discard(message);
  }

  /** Returns false if there are no files to send with it. */
  send(written: Written): boolean {
    if (!this.attached.some(({ state }) => state !== 'failed')) return false;
    this.#attachments.send(this.#conversation, written);
    return true;
  }
}

export class ChatAttachments {
  readonly #chats = new Map<string, FilesOfChat>();
  readonly #attachments: Attachments;

  /** `send` hands a message over to its conversation, which keeps it until it is answered. */
  constructor(user: string, send: (conversation: string, message: Outgoing) => void) {
    const env = platform();
    this.#attachments = new Attachments({
      ...{ env, api: uploadsApi, store: browserStore(env.now), tabs: browserTabs(), owner: user, send },
      changed: () => this.#changed(),
    });
    void this.#attachments.start();
    addEventListener('beforeunload', this.#ask);
  }

  of(conversation: string): FilesOfChat {
    const known = this.#chats.get(conversation) ?? new FilesOfChat(conversation, this.#attachments);
    this.#chats.set(conversation, known);
    return known;
  }

  readonly #ask = (event: BeforeUnloadEvent) => {
    if (this.#attachments.losable) event.preventDefault();
  };

  end(): void {
    removeEventListener('beforeunload', this.#ask);
    this.#attachments.end();
  }

  #changed(): void {
    for (const scope of this.#attachments.scopes) this.of(scope);
    for (const chat of this.#chats.values()) chat.refresh();
  }
}
