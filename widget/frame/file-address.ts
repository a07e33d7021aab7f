/**
 * The address of a file for an element of the page. A cookie goes along by itself; where browsers keep none, the bytes
 * are read with the credential first.
 */
import type { FileInfo } from '#protocol';
import type { Chat } from './chat.svelte.ts';

export type Kind = '' | '/thumbnail' | '?save=1';

/** A browser would need too much memory for a larger one; it can be downloaded. Bytes. */
export const largestRead = 52_428_800;

export async function addressOf(
  chat: Chat,
  conversation: string,
  { id }: FileInfo,
  kind: Kind = '',
): Promise<string> {
  const { api } = chat.client;
  const url = new URL(`/api/widget/conversations/${conversation}/files/${id}${kind}`, api.base);
  url.searchParams.set('site', api.site);
  const { bearer } = api;
  if (!bearer) return url.href;
  const response = await fetch(url, { headers: { authorization: bearer } });
  if (!response.ok) throw new Error(`${response.status}`);
  return URL.createObjectURL(await response.blob());
}
