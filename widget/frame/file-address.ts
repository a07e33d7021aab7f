/**
 * The address of a file for an element of the page. A cookie goes along by itself; where browsers keep none, the bytes
 * are read with the credential first.
 */
import type { FileInfo } from '#protocol';
import type { Chat } from './chat.svelte.ts';

export type Kind = '' | '/thumbnail' | '?save=1';

/** A browser would need too much memory for a larger one; it can be downloaded. Bytes. */
export const largestRead = 52_428_800;

/** The address at the server, which answers there whoever has the cookie. */
export function linkTo(
  { client: { api } }: Chat,
  conversation: string,
  { id }: FileInfo,
  kind: Kind,
): string {
  const url = new URL(`/api/widget/conversations/${conversation}/files/${id}${kind}`, api.base);
  url.searchParams.set('site', api.site);
  return url.href;
}

export async function addressOf(
  chat: Chat,
  conversation: string,
  file: FileInfo,
  kind: Kind = '',
): Promise<string> {
  const url = linkTo(chat, conversation, file, kind);
  const { api, session } = chat.client;
  const read = (authorization: string) => fetch(url, { headers: { authorization } });
  if (!api.bearer) return url;
  let response = await read(api.bearer);
  if (response.status === 401) {
    // Another tab may have replaced the credential.
    await session.renew();
    if (api.bearer) response = await read(api.bearer);
  }
  if (!response.ok) throw new Error(`${response.status}`);
  return URL.createObjectURL(await response.blob());
}

/**
 * Saves a file under its own name. A link with `download` would leave out the cookie of a frame on another site, so the
 * frame itself goes to the address: the answer is an attachment, and the chat stays.
 */
export async function saveFile(chat: Chat, conversation: string, file: FileInfo): Promise<void> {
  const href = await addressOf(chat, conversation, file, '?save=1');
  if (href.startsWith('blob:')) {
    Object.assign(document.createElement('a'), { href, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
    return;
  }
  // Any other answer than the file would take the place of the chat.
  const found = await fetch(href, { headers: { range: 'bytes=0-0' }, cache: 'no-store' });
  if (!found.ok) throw new Error(`${found.status}`);
  chat.files?.stay();
  location.assign(href);
}
