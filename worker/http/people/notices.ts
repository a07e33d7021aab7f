/** Mails users about changes of how they sign in, if the deployment can send mail. */
import { agentStub } from '../../actors/stubs.ts';
import { getPerson } from '../../db/users.ts';
import { afterAnswer, type Exchange } from '../serving/exchange.ts';

type Order = Parameters<ReturnType<typeof agentStub>['mail']>[1];

export function tellOwner(
  c: Exchange,
  account: string,
  user: string,
  kind: Exclude<Order, { origin: string }>['kind'],
): void {
  const { DB, SMTP_URL, MAIL_FROM } = c.env;
  if (!SMTP_URL || !MAIL_FROM) return;
  const tell = async () => {
    const person = await getPerson(DB, account, user);
    if (person) await agentStub(c.env, account, user).mail(person, { kind });
  };
  afterAnswer(c, tell());
}
