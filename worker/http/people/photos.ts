/** Users' photos (V46). Each change makes a file of another name, which nobody can guess: so a file is public, and never changes. */
import { photoPath } from '#domain/people/photos';
import { AccountId, check, isRefusal, Me, PhotoId, refuse, User, UserId, type Refusal } from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../../actors/stubs.ts';
import { setPhoto } from '../../db/user-changes.ts';
import { findPhoto, getUser } from '../../db/users.ts';
import { actOf } from '../serving/act.ts';
import { by, may, names, takesPhoto, tells } from '../serving/door.ts';
import { answer, refused, type Bound, type Exchange } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import type { User as Principal } from '../serving/principal.ts';
import { changing } from './changes.ts';
import { photoTypes, type PhotoFile } from './photo-file.ts';

export const photos = new Hono<Bound>();

photos.put('/me/photo', may(), takesPhoto(), tells('Sets one’s own photo', Me), async (c) =>
  ofMine(c, c.var.user, c.var.photo),
);

photos.delete('/me/photo', may(), tells('Takes one’s own photo away', Me), async (c) =>
  ofMine(c, c.var.user, null),
);

photos.put(
  '/users/:id/photo',
  may('people.write'),
  names(UserId),
  takesPhoto(),
  tells('Sets a user’s photo', User),
  async (c) => ofUser(c, c.var.user, c.req.param('id'), c.var.photo),
);

photos.delete(
  '/users/:id/photo',
  may('people.write'),
  names(UserId),
  tells('Takes a user’s photo away', User),
  async (c) => ofUser(c, c.var.user, c.req.param('id'), null),
);

photos.get('/photos/:name', by('anybody'), tells('A photo: the image itself'), async (c) => {
  const name = c.req.param('name');
  const found = isRefusal(check(PhotoId, name)) ? null : await findPhoto(c.env.DB, name);
  return serve(c, found && keyOf(found.account, found.user, name));
});

photos.get(
  '/photos/:account/:user/:name',
  by('anybody'),
  tells('A photo by its path of an earlier version'),
  async (c) => {
    const { account, user, name } = c.req.param();
    const wellFormed = [check(AccountId, account), check(UserId, user), check(PhotoId, name)];
    return serve(c, wellFormed.some(isRefusal) ? null : keyOf(account, user, name));
  },
);

async function serve(c: Exchange, key: string | null): Promise<Response> {
  const file = key === null ? null : await c.env.FILES.get(key);
  if (!file) return refused(c, refuse('not_found'));
  return c.body(file.body, 200, {
    'Content-Type': file.httpMetadata?.contentType ?? 'application/octet-stream',
    'Content-Length': `${file.size}`,
    'Cache-Control': 'public, max-age=31536000, immutable',
    // Opened by itself, it is a document of our origin.
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  });
}

/** Nobody is to see it any more who does not know its name yet: it gets another, which visitors are not told. */
export async function hidePhoto(c: Exchange, by: Principal, { id, photo }: User): Promise<void> {
  const file = photo && (await c.env.FILES.get(keyOf(by.account, id, nameIn(photo))));
  const type = photoTypes.find((each) => file && each === file.httpMetadata?.contentType);
  if (file && type) await change(c, by, id, { bytes: new Uint8Array(await file.arrayBuffer()), type });
}

async function ofMine(c: Exchange, user: Principal, file: PhotoFile | null): Promise<Response> {
  const refusal = await change(c, user, user.id, file);
  return answer(c, refusal ?? (await agentStub(c.env, user.account, user.id).me()));
}

async function ofUser(c: Exchange, user: Principal, id: string, file: PhotoFile | null): Promise<Response> {
  const refusal = await change(c, user, id, file);
  return answer(c, refusal ?? (await getUser(c.env.DB, user.account, id)) ?? refuse('not_found'));
}

/**
 * The new file, the row, and only then the old file: whatever breaks in between, a photo that is shown has its file. At worst one
 * is left that nobody shows.
 */
async function change(
  c: Exchange,
  by: Principal,
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
