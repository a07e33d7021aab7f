/** Sends files as a client does: begins, puts the parts, completes. */
import { partSize } from '#domain/files/parts';
import { type FileInfo, type Refusal, type Upload } from '#protocol';
import { ask, bearer, call, id, type Call } from './client.ts';

/** An agent, by the session cookie, or a visitor of a site, by a token. */
export type Sender = { readonly cookie: string } | { readonly site: string; readonly token: string };

export function uploadsOf(sender: Sender, env: Call['env'] = {}) {
  const visits = 'token' in sender;
  const base = visits ? '/api/widget/files' : '/api/files';
  const query = visits ? `?site=${sender.site}` : '';
  const who = visits ? { headers: bearer(sender.token) } : { cookie: sender.cookie, headers: {} };
  const send = <T = Upload & Refusal>(method: string, path: string, more: Call = {}) =>
    ask<T>(method, `${base}${path}`, { ...who, ...more, headers: { ...who.headers, ...more.headers }, env });
  return {
    begin: (body: { id: string; name: string; size: number }) =>
      send('POST', '', { body: { ...body, ...(visits && { site: sender.site }) } }),
    look: (file: string) => send('GET', `/${file}${query}`),
    part: (file: string, part: number, bytes: Uint8Array, headers = {}) =>
      send('PUT', `/${file}/parts/${part}${query}`, {
        body: bytes,
        headers: { 'Content-Type': 'application/octet-stream', ...headers },
      }),
    thumbnail: (file: string, bytes: Uint8Array, type = 'image/jpeg') =>
      send('PUT', `/${file}/thumbnail${query}`, { body: bytes, headers: { 'Content-Type': type } }),
    complete: (file: string) => send('POST', `/${file}/complete${query}`),
    cancel: (file: string) => send('DELETE', `/${file}${query}`),
    /** A file of a message. */
    read: (conversation: string, file: string, headers = {}, path = '') =>
      call(
        'GET',
        `${visits ? '/api/widget' : '/api'}/conversations/${conversation}/files/${file}${path}${query}`,
        {
          ...who,
          headers: { ...who.headers, ...headers },
          env,
        },
      ),
  };
}

/** Sends a whole file; the refusal, if there is one on the way. */
export async function tryToSend(
  sender: Sender,
  name: string,
  bytes: Uint8Array,
  file = id('file'),
  env: Call['env'] = {},
): Promise<{ status: number; body: Upload & Refusal }> {
  const uploads = uploadsOf(sender, env);
  const begun = await uploads.begin({ id: file, name, size: bytes.length });
  if (begun.status !== 200) return begun;
  for (let part = 1; (part - 1) * partSize < bytes.length; part++) {
    const stored = await uploads.part(file, part, bytes.subarray((part - 1) * partSize, part * partSize));
    if (stored.status !== 200) return stored;
  }
  return uploads.complete(file);
}

export async function sendFile(
  sender: Sender,
  name: string,
  bytes: Uint8Array,
  file = id('file'),
): Promise<FileInfo> {
  const { status, body } = await tryToSend(sender, name, bytes, file);
  if (!body.file) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.file;
}

export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
