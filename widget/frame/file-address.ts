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

function urlOf(chat: ChatOfFiles, conversation: string, { id }: FileInfo, kind: Kind): URL {
  const { api } = chat.client;
  const url = new URL(`/api/widget/conversations/${conversation}/files/${id}${kind}`, api.base);
  url.searchParams.set('site', api.site);
  return url;
}

export async function addressOf(
  chat: ChatOfFiles,
  conversation: string,
  file: FileInfo,
  kind: Kind = '',
): Promise<string> {
  const url = urlOf(chat, conversation, file, kind);
  return chat.client.api.bearer ? URL.createObjectURL(await read(chat, url)) : url.href;
}

/**
 * Saves a file to the visitor's disk. Its bytes are read first: a download that begins in a frame of another site goes
 * without the frame's cookie.
 */
export async function saveFile(chat: ChatOfFiles, conversation: string, file: FileInfo): Promise<void> {
  const bytes = await read(chat, urlOf(chat, conversation, file, '?save=1'));
  const address = URL.createObjectURL(bytes);
  Object.assign(document.createElement('a'), { href: address, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function read(chat: ChatOfFiles, url: URL): Promise<Blob> {
  const { bearer } = chat.client.api;
  const headers = bearer ? { authorization: bearer } : {};
  const response = await fetch(url, { credentials: 'include', headers });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.blob();
}
