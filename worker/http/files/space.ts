/** The bytes that an account's files may take (FIL-10, FIL-18). */
import { capsOf } from '#domain/base/caps';
import type { FileSpace } from '#protocol';
import { usedSpace } from '../../db/files.ts';
import type { Exchange } from '../serving/exchange.ts';
import { logError } from '../serving/log.ts';

/** An isolate counts an account's bytes this often at most, in milliseconds, and remembers so many accounts. */
const fresh = 60_000;
const remembered = 1_000;
const known = new Map<string, { readonly used: number; readonly at: number }>();

export async function spaceOf(c: Exchange, account: string): Promise<FileSpace> {
  const { used, files } = await usedSpace(c.env.DB, account);
  if (known.size >= remembered) known.clear();
  known.set(account, { used, at: Date.now() });
  return { used, files, limit: capsOf(c.env).fileBytesPerAccount };
}

/** While the database is down nothing is refused for this: chats go on, and their files. */
export async function isAccountFull(c: Exchange, account: string, size: number): Promise<boolean> {
  const before = known.get(account);
  const isFresh = before && Date.now() - before.at < fresh;
  const space = isFresh
    ? before
    : await spaceOf(c, account).catch((error: unknown) => {
        logError(error, { at: 'file space' });
        return before;
      });
  return space !== undefined && space.used + size > capsOf(c.env).fileBytesPerAccount;
}
