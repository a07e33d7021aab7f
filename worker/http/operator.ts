/** The operator's door (V40): making accounts, the demo, rebuilding an account's history from its conversations. */
import { can } from '#domain';
import { cleanName, isRefusal, MadeAccount, NewAccount, Rebuild, Rebuilt, refuse } from '#protocol';
import { Hono } from 'hono';
import { conversationStub, dispatcherStub } from '../actors/stubs.ts';
import { createAccount, getAccount } from '../db/accounts.ts';
import { dropHistory } from '../db/history.ts';
import { canonicalEmail } from '../db/keys.ts';

import { seedDemo } from './demo-account.ts';
import { by, takes, tells } from './door.ts';
import { answer, refused, type Bound } from './exchange.ts';
import { newId } from './new-id.ts';
import { hashPassword, turnToHash } from './password.ts';
import { operatorOf } from './principal.ts';

export const operator = new Hono<Bound>();

operator.use(async (c, next) => {
  const principal = await operatorOf(c);
  if (isRefusal(principal)) return refused(c, principal);
  return can(principal, 'deployment.operate') ? next() : refused(c, refuse('forbidden'));
});

operator.post(
  '/accounts',
  by('operator'),
  takes(NewAccount),
  tells('Makes an account with its users', MadeAccount),
  async (c) => {
    const body = c.req.valid('json');
    const account = { id: newId('account'), name: cleanName(body.name), timeZone: body.timeZone };
    const users = [];
    for (const { email, name, password, roles } of body.users) {
      const wait = await turnToHash();
      if (wait) return refused(c, wait);
      const passwordHash = hashPassword(password);
      const person = { email: canonicalEmail(email), name: cleanName(name), roles: [...new Set(roles)] };
      users.push({ id: newId('user'), ...person, passwordHash });
    }
    const refusal = await createAccount(c.env.DB, { account, users, campaigns: [], sites: [] }, Date.now());
    if (refusal) return refused(c, refusal);
    return c.json({ account, users: users.map(({ passwordHash: _, ...user }) => user) });
  },
);

operator.post('/seed', by('operator'), tells('Makes the demo account, once'), async (c) =>
  answer(c, await seedDemo(c.env, new URL(c.req.url))),
);

/** So many conversations for each request, since a request may call only so many actors … */
const atOnce = 200;
/** … and so many of them side by side: D1 takes six connections. */
const sideBySide = 6;

operator.post(
  '/rebuild',
  by('operator'),
  takes(Rebuild),
  tells('Rebuilds an account’s history', Rebuilt),
  async (c) => {
    const body = c.req.valid('json');
    if (!(await getAccount(c.env.DB, body.account))) return refused(c, refuse('not_found'));
    if (body.after === undefined) await dropHistory(c.env.DB, body.account);
    const ids = await dispatcherStub(c.env, body.account).conversations(body.after ?? null, atOnce);
    const waiting = ids.values();
    const inTurn = async () => {
      for (const id of waiting) await conversationStub(c.env, body.account, id).rearchive();
    };
    await Promise.all(Array.from({ length: sideBySide }, inTurn));
    const next = ids.length === atOnce ? (ids.at(-1) ?? null) : null;
    return answer(c, { conversations: ids.length, next } satisfies Rebuilt);
  },
);
