/** The files of this agent's composers, by conversation: the uploads of the shared client, as Svelte's state. */
import type { AttachmentsView } from '#client/attaching';
import { Attachments, type Outgoing } from '#client/attachments';
import { platform } from '#client/environment';
import { browserTabs } from '#client/tabs';
import { browserStore } from '#client/upload-store';
import { putBytes, type UploadsApi } from '#client/uploads-api';
import type { Answer } from '#client/visitor-api';
import { fileRoutes, isRefusal, pathOf, type Refusal, type Upload } from '#protocol';
import { SvelteMap } from 'svelte/reactivity';
import { ask } from '../api.ts';

const nothing: AttachmentsView = { attached: [], held: [] };

const api: UploadsApi = {
  begin: async (body) => answerOf(await ask(fileRoutes.begin, { body })),
  part: (id, part, bytes, watch) =>
    putBytes<Upload>(
      pathOf(fileRoutes.putPart, { file: id, part: `${part}` }),
      bytes,
      { 'content-type': 'application/octet-stream' },
      watch,
    ),
  thumbnail: async (id, image) =>
    answerOf(await ask(fileRoutes.putThumbnail, { params: { file: id }, body: image })),
  complete: async (id) => answerOf(await ask(fileRoutes.complete, { params: { file: id } })),
  cancel: async (id) => answerOf(await ask(fileRoutes.cancel, { params: { file: id } })),
};

function answerOf<T extends object>(answer: T | Refusal): Answer<T> {
  if (!isRefusal(answer)) return { ok: answer };
  const { refused, message, retryAfter } = answer;
  return { refused, message, retryAfter };
}

export class ChatAttachments {
  readonly #views = new SvelteMap<string, AttachmentsView>();
  readonly #attachments: Attachments;

  /** `send` hands a message over to its conversation, which keeps it until it is answered. */
  constructor(user: string, send: (conversation: string, message: Outgoing) => void) {
    const env = platform();
    this.#attachments = new Attachments({
      ...{ env, api, store: browserStore(env.now), tabs: browserTabs(), owner: user, send },
      changed: () => this.#changed(),
    });
    void this.#attachments.start();
  }

  of(conversation: string): AttachmentsView {
    return this.#views.get(conversation) ?? nothing;
  }

  add(conversation: string, files: Iterable<File>): void {
    this.#attachments.add(conversation, files);
  }

  remove(conversation: string, id: string): void {
    this.#attachments.remove(conversation, id);
  }

  retry(id: string): void {
    this.#attachments.retry(id);
  }

  send(...message: Parameters<Attachments['send']>): void {
    this.#attachments.send(...message);
  }

  discard(held: string): void {
    this.#attachments.discard(held);
  }

  end(): void {
    this.#attachments.end();
  }

  #changed(): void {
    const scopes = this.#attachments.scopes;
    for (const scope of this.#views.keys()) if (!scopes.has(scope)) this.#views.delete(scope);
    for (const scope of scopes) this.#views.set(scope, this.#attachments.of(scope));
  }
}
