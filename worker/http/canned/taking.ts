/** The files of a save: new ones are copied for the account before the save is stored (CAN-28, CAN-29). */
import { isRefusal, maxCannedFiles, refuse, type Refusal } from '#protocol';
import { agentStub, dispatcherStub } from '../../actors/stubs.ts';
import type { Place } from '../../db/canned/change.ts';
import { addFile, fileStored, findFile } from '../../db/canned/files.ts';
import { copyObject } from '../files/copying.ts';
import { isAccountFull } from '../files/space.ts';
import type { Exchange } from '../serving/exchange.ts';
import type { UserPrincipal } from '../serving/principal.ts';

/** Before a change that may remove files: so no crash leaves one that is never deleted. */
export async function filesMayGo(c: Exchange, { account }: UserPrincipal): Promise<void> {
  await dispatcherStub(c.env, account).cannedFilesMayGo();
}

/** Copies the files that the response does not have yet. Safe to repeat. */
export async function takeFiles(
  c: Exchange,
  user: UserPrincipal,
  place: Place,
  response: string,
  files: readonly string[] | undefined,
): Promise<Refusal | null> {
  if (!files) return null;
  await filesMayGo(c, user);
  for (const file of files) {
    const refusal = await take(c, user, place, response, file);
    if (refusal) return refusal;
  }
  return null;
}

const missing = () => refuse('not_found', { field: 'files' });

async function take(
  c: Exchange,
  user: UserPrincipal,
  { account, forum }: Place,
  response: string,
  id: string,
): Promise<Refusal | null> {
  const known = await findFile(c.env.DB, account, id);
  if (known && (known.forum !== forum || known.response !== response)) return missing();
  if (known?.stored) return null;
  const upload = await agentStub(c.env, account, user.id).wholeUpload(id);
  if (isRefusal(upload)) return upload.refused === 'not_found' ? missing() : upload;
  const { info, small = null } = upload;
  if (await isAccountFull(c, account, info.size)) return refuse('file_quota', { field: 'files' });
  const added = { id, forum, response, key: keyFor(account), info, small };
  if (!known && !(await addFile(c.env.DB, account, added, maxCannedFiles, Date.now())))
    return refuse('file_quota', { field: 'files' });
  // Of two saves at once both copy to the key of the row that was stored.
  const row = await findFile(c.env.DB, account, id);
  if (row?.forum !== forum || row.response !== response) return missing();
  if (!(await copyObject(c.env.FILES, upload, row.key))) return refuse('unavailable');
  await fileStored(c.env.DB, account, id);
  return null;
}

/** 160 random bits. */
function keyFor(account: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return `files/${account}/${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
