/** Signing in and out (V11). A wrong email and a wrong password get the same answer for the same work. */
import { isRefusal, Me, refuse, SessionId, SessionsList, SignIn, type Refusal } from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../actors/stubs.ts';
import { canonicalEmail, findLogin } from '../db/users.ts';
import { clientAddress, clientNetwork, throttleOf } from './address.ts';
import { by, may, names, takes, tells } from './door.ts';
import { answer, refused, type Bound, type Exchange } from './exchange.ts';
import { admits } from './ip-rules.ts';
import { turnToHash, verifyPassword } from './password.ts';
import { forgetUser, keepUser, userOf } from './principal.ts';

export const session = new Hono<Bound>();

session.post('/login', by('anybody'), takes(SignIn), tells('Signs in', Me), async (c) => {
  const body = c.req.valid('json');
  const email = canonicalEmail(body.email);
  // Counted before the hash, which is what an attacker would make us pay for.
  const early = (await tooMany(c, email)) ?? (await turnToHash());
  if (early) return refused(c, early);

  const login = await findLogin(c.env.DB, email);
  const right = verifyPassword(body.password, login?.passwordHash);
  if (!login || !right) return refused(c, refuse('wrong_credentials'));
  if (!admits(login.ipRules, clientAddress(c))) return refused(c, refuse('wrong_address'));

  const { passwordHash: _, ...person } = login;
  const { account, id } = person;
  const agent = agentStub(c.env, account.id, id);
  const [opened] = await Promise.all([
    agent.signIn(person, originOf(c)),
    // Not the address's count: whoever knows one password may be guessing others.
    throttleOf(c.env, 'email', email).then((throttle) => throttle.clear()),
  ]);
  if (isRefusal(opened)) return refused(c, opened);
  keepUser(c, [account.id, id, opened.session, opened.secret].join('.'), opened.expiresAt);
  return answer(c, await agent.me());
});

session.post('/logout', by('anybody'), tells('Signs out'), async (c) => {
  const user = await userOf(c);
  if (!isRefusal(user)) await agentStub(c.env, user.account, user.id).signOut(user.session);
  forgetUser(c);
  return c.json({});
});

session.get('/me', may(), tells('Who is signed in', Me), async (c) => {
  const { user } = c.var;
  return answer(c, await agentStub(c.env, user.account, user.id).me());
});

session.get('/me/sessions', may(), tells('One’s own sessions', SessionsList), async (c) => {
  const { user } = c.var;
  return answer(c, { sessions: await agentStub(c.env, user.account, user.id).sessions(user.session) });
});

session.delete('/me/sessions/:id', may(), names(SessionId), tells('Ends one of them'), async (c) => {
  const { user } = c.var;
  const agent = agentStub(c.env, user.account, user.id);
  const id = c.req.param('id');
  if (!(await agent.sessions(user.session)).some((session) => session.id === id))
    return refused(c, refuse('not_found'));
  await agent.signOut(id);
  return c.json({});
});

/** All but the one that asks. */
session.delete('/me/sessions', may(), tells('Ends all others'), async (c) => {
  const { user } = c.var;
  const agent = agentStub(c.env, user.account, user.id);
  const others = (await agent.sessions(user.session)).filter(({ current }) => !current);
  await Promise.all(others.map(({ id }) => agent.signOut(id)));
  return c.json({});
});

/** What a user is told of a session, to know it again. */
function originOf(c: Exchange): { device: string; address: string | null } {
  const device = (c.req.header('User-Agent') ?? '').slice(0, 300);
  return { device, address: clientAddress(c) };
}

/** Counts this attempt for the address and for the email, or says how long either has to wait. */
async function tooMany(c: Exchange, email: string): Promise<Refusal | undefined> {
  const address = clientNetwork(c);
  for (const [kind, value] of [['address', address] as const, ['email', email] as const]) {
    if (value === null) continue;
    const { wait } = await (await throttleOf(c.env, kind, value)).attempt(kind);
    if (wait > 0) return refuse('slow_down', { retryAfter: wait });
  }
  return undefined;
}
