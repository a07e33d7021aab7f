/** Signing in and out (V11). A wrong email and a wrong password get the same answer for the same work. */
import { isRefusal, Me, refuse, SessionId, SessionsList, SignIn } from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../../actors/stubs.ts';
import { recordAlone } from '../../db/audit.ts';
import { canonicalEmail } from '../../db/keys.ts';
import { setAdmitted } from '../../db/user-changes.ts';
import { findLogin } from '../../db/users.ts';
import { actOf, originOf } from '../serving/act.ts';
import { clientAddress } from '../serving/address.ts';
import { by, may, names, takes, tells } from '../serving/door.ts';
import { afterAnswer, answer, refused, type Bound } from '../serving/exchange.ts';
import { forgetUser, keepUser, userOf } from '../serving/principal.ts';
import { deviceOf, keepDevice } from './device.ts';
import { admits } from './ip-rules.ts';
import { checkPassword, tryToSignIn } from './tries.ts';

export const session = new Hono<Bound>();

session.post('/login', by('anybody'), takes(SignIn), tells('Signs in', Me), async (c) => {
  const body = c.req.valid('json');
  const email = canonicalEmail(body.email);
  const attempt = await tryToSignIn(c, email);
  if (isRefusal(attempt)) return refused(c, attempt);

  const checked = await checkPassword(c.env, attempt, body.password, findLogin(c.env.DB, email));
  if (isRefusal(checked)) return refused(c, checked);
  const { login, right } = checked;
  if (!login) return refused(c, refuse('wrong_credentials'));
  const { person, admitted } = login;
  const who = { account: person.account.id, id: person.id, name: person.name };
  const agent = agentStub(c.env, who.account, who.id);
  const { code, status, remember = false } = body;
  const opened = !right
    ? refuse('wrong_credentials')
    : !admits(person.ipRules, clientAddress(c))
      ? refuse('wrong_address')
      : await agent.signIn(person, {
          ...{ ...originOf(c), code, status, remembered: remember },
          known: attempt.known?.device,
        });
  if (isRefusal(opened)) {
    // Whoever guesses is nobody yet. That a code is still to come is no refusal to write down.
    const by = opened.refused === 'wrong_credentials' ? { account: who.account } : who;
    const act = actOf(c, by, 'sign_in.refused', { subject: { id: who.id, name: who.name } });
    // After the answer: an email that nobody has leaves nothing to write, and would be known by its time.
    if (opened.refused === 'code_needed') await attempt.right();
    else afterAnswer(c, recordAlone(c.env.DB, act));
    return refused(c, opened);
  }
  await Promise.all([
    recordAlone(c.env.DB, actOf(c, who, 'sign_in.done')),
    admitted || setAdmitted(c.env.DB, person),
    attempt.succeed(),
  ]);
  keepUser(c, who, opened);
  const device = opened.device ? { account: who.account, user: who.id, ...opened.device } : attempt.known;
  if (device) await keepDevice(c, email, device);
  return answer(c, await agent.me());
});

session.post('/logout', by('anybody'), tells('Signs out'), async (c) => {
  const user = await userOf(c);
  if (!isRefusal(user)) await agentStub(c.env, user.account, user.id).signOut(user.session);
  forgetUser(c);
  return c.json({});
});

session.get('/me', may('enrolling'), tells('Who is signed in', Me), async (c) => {
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

/** All but the one that asks; other devices are not known any more. */
session.delete('/me/sessions', may(), tells('Ends all others'), async (c) => {
  const { user } = c.var;
  const agent = agentStub(c.env, user.account, user.id);
  const others = (await agent.sessions(user.session)).filter(({ current }) => !current);
  const me = await agent.me();
  const device = isRefusal(me) ? undefined : await deviceOf(c, me.email);
  await Promise.all([...others.map(({ id }) => agent.signOut(id)), agent.forgetDevices(device?.device)]);
  return c.json({});
});
