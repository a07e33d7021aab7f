/**
 * The address of a file for an element of the page. A cookie goes along by itself; where browsers keep none, the bytes
 * are read with the credential first.
 */
import type { FileInfo } from '#protocol';
import type { ChatOfFiles } from './file-parts.ts';

/** An image of a conversation. */
export interface Viewed {
  readonly conversation: string;
  readonly file: FileInfo;
}

export type Kind = '' | '/thumbnail' | '?save=1';

/** A browser would need too much memory for a larger one; it can be downloaded. Bytes. */
export const largestRead = 52_428_800;

/** The address at the server, which answers there whoever has the cookie. */
export function linkTo(
  { client: { api } }: ChatOfFiles,
  conversation: string,
  { id }: FileInfo,
  kind: Kind,
): string {
  const url = new URL(`/api/widget/conversations/${conversation}/files/${id}${kind}`, api.base);
  url.searchParams.set('site', api.site);
  return url.href;
}

export async function addressOf(
  chat: ChatOfFiles,
  conversation: string,
  file: FileInfo,
  kind: Kind = '',
): Promise<string> {
  const url = linkTo(chat, conversation, file, kind);
  return chat.client.api.bearer ? URL.createObjectURL(await read(chat, url)) : url;
}

/**
 * Saves a file to the visitor's disk. Its bytes are read first: a download that begins in a frame of another site goes
 * without the frame's cookie.
 */
export async function saveFile(chat: ChatOfFiles, conversation: string, file: FileInfo): Promise<void> {
  const href = URL.createObjectURL(await read(chat, linkTo(chat, conversation, file, '?save=1')));
  Object.assign(document.createElement('a'), { href, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

async function read({ client: { api, session } }: ChatOfFiles, url: string): Promise<Blob> {
  const ask = () =>
    fetch(url, { credentials: 'include', headers: api.bearer ? { authorization: api.bearer } : {} });
  let response = await ask();
  if (response.status === 401) {
    // Another tab may have replaced the credential.
    await session.renew();
    response = await ask();
  }
  if (!response.ok) throw new Error(`${response.status}`);
  return response.blob();
}
