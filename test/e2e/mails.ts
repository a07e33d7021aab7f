/** The mails of a journey, as they came to the mail server of these tests. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, inject } from 'vitest';

/** The link in the last mail to somebody. */
export async function linkTo(email: string): Promise<string> {
  const file = inject('mailFile');
  const find = () => {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    const mails = lines.map((line) => JSON.parse(line) as { to: string; text: string });
    const last = mails.findLast(({ to }) => to === email);
    return /http\S+\/password#\S+/.exec(last?.text ?? '')?.[0];
  };
  await expect.poll(find, { timeout: 10_000 }).toBeDefined();
  return find() as string;
}
