/**
 * Users' photos (PHO-1). Each change creates a file with another, unguessable name, so a file is public and never
 * changes.
 */
import { photoPath } from '#domain/people/photos';
import {
  isRefusal,
  peopleRoutes,
  photoTypes,
  refuse,
  signInRoutes,
  type Me,
  type Refusal,
  type User,
} from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../../actors/stubs.ts';
import { setPhoto } from '../../db/user-changes.ts';
import { findPhoto, getUser } from '../../db/users.ts';
import { actOf } from '../serving/act.ts';
import type { Bound, Exchange } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import type { UserPrincipal } from '../serving/principal.ts';
import { serve, type FileBody } from '../serving/serve.ts';
import { changing } from './changes.ts';
import { photoOf, type PhotoFile } from './photo-file.ts';

export const photos = new Hono<Bound>();

serve(photos, signInRoutes.setPhoto, (c, { user, body }) => ofMine(c, user, checked(body)));

serve(photos, signInRoutes.removePhoto, (c, { user }) => ofMine(c, user, null));

serve(photos, peopleRoutes.setPhoto, (c, { user, params, body }) =>
  ofUser(c, user, params.id, checked(body)),
);

serve(photos, peopleRoutes.removePhoto, (c, { user, params }) => ofUser(c, user, params.id, null));

serve(photos, peopleRoutes.photo, async (c, { params: { name } }) => {
  const found = await findPhoto(c.env.DB, name);
  return found ? image(c, keyOf(found.account, found.user, name)) : refuse('not_found');
});

serve(photos, peopleRoutes.photoByOldPath, (c, { params: { account, user, name } }) =>
  image(c, keyOf(account, user, name)),
);

const checked = ({ bytes, type }: FileBody) =>
  photoOf(bytes, type) ?? refuse('bad_request', { field: 'photo' });

async function image(c: Exchange, key: string): Promise<Response | Refusal> {
  const file = await c.env.FILES.get(key);
  if (!file) return refuse('not_found');
  return c.body(file.body, 200, {
    'Content-Type': file.httpMetadata?.contentType ?? 'application/octet-stream',
    'Content-Length': `${file.size}`,
    'Cache-Control': 'public, max-age=31536000, immutable',
    // Opened by itself, it is a document of our origin.
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  });
}

/**
 * Hides a photo from everybody who does not know its name yet: the photo gets another name, which visitors are not
 * sent.
 */
export async function hidePhoto(c: Exchange, by: UserPrincipal, { id, photo }: User): Promise<void> {
  const file = photo && (await c.env.FILES.get(keyOf(by.account, id, nameIn(photo))));
  const type = photoTypes.find((each) => file && each === file.httpMetadata?.contentType);
  if (file && type) await change(c, by, id, { bytes: new Uint8Array(await file.arrayBuffer()), type });
}

async function ofMine(
  c: Exchange,
  user: UserPrincipal,
  file: PhotoFile | Refusal | null,
): Promise<Me | Refusal> {
  const refusal = isRefusal(file) ? file : await change(c, user, user.id, file);
  return refusal ?? agentStub(c.env, user.account, user.id).me();
}

async function ofUser(
  c: Exchange,
  user: UserPrincipal,
  id: string,
  file: PhotoFile | Refusal | null,
): Promise<User | Refusal> {
  const refusal = isRefusal(file) ? file : await change(c, user, id, file);
  return refusal ?? (await getUser(c.env.DB, user.account, id)) ?? refuse('not_found');
}

/**
 * Stores the new file, then the row, and only then deletes the old file: if a step fails, a photo that is shown still
 * has its file. At worst a file is left that is shown nowhere.
 */
async function change(
  c: Exchange,
  by: UserPrincipal,
  id: string,
  file: PhotoFile | null,
): Promise<Refusal | undefined> {
  const { account } = by;
  const user = await getUser(c.env.DB, account, id);
  if (!user || user.deletedAt !== null) return refuse('not_found');
  if (!file && user.photo === null) return undefined;
  const name = file && newId('photo');
  const path = name && photoPath(name);
  if (file && name)
    await c.env.FILES.put(keyOf(account, id, name), file.bytes, { httpMetadata: { contentType: file.type } });
  const subject = id === by.id ? {} : { subject: { id, name: user.name } };
  const act = actOf(c, by, 'user.changed', { ...subject, changes: { photo: [user.photo, path] } });
  const old = await changing(c.env, account, [id], () => setPhoto(c.env.DB, account, id, name, act));
  const needless = isRefusal(old) ? name : old;
  if (needless) await c.env.FILES.delete(keyOf(account, id, needless));
  return isRefusal(old) ? old : undefined;
}

/** The key of a photo's file. */
const keyOf = (account: string, user: string, name: string) => `photos/${account}/${user}/${name}`;
const nameIn = (path: string) => path.slice(path.lastIndexOf('/') + 1);
