/** The mails that the Worker has sent to an address by SMTP, from the mail server of these tests. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { eventually } from '../helpers/eventually.ts';

export interface Received {
  to: string;
  from: string;
  subject: string;
  text: string;
  source: string;
}

export async function mailsTo(email: string): Promise<Received[]> {
  const mails = await (await env.MAILBOX.fetch('http://mailbox/')).json<Received[]>();
  return mails.filter(({ to }) => to === email);
}

/** The last of them, once there are this many. */
export async function mailTo(email: string, count = 1): Promise<Received> {
  const mails = await eventually(async () => {
    const found = await mailsTo(email);
    expect(found).toHaveLength(count);
    return found;
  });
  return mails.at(-1) as Received;
}

/** The token at the end of a mail's link. */
export function tokenIn(mail: Received): string {
  const link = /https:\/\/parley\.test\/(?:password|confirm)#(\S+)/.exec(mail.text);
  if (!link?.[1]) throw new Error(`no link in: ${mail.text}`);
  return link[1];
}
