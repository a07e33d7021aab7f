/** Signing in and out (SGN-1). A wrong email and a wrong password get the same answer for the same work. */
import { isRefusal, refuse, signInRoutes } from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../../actors/stubs.ts';
import { recordAlone } from '../../db/audit.ts';
import { canonicalEmail } from '../../db/keys.ts';
import { setAdmitted } from '../../db/user-changes.ts';
import { findLogin } from '../../db/users.ts';
import { actOf, originOf } from '../serving/act.ts';
import { clientAddress } from '../serving/address.ts';
import { afterAnswer, type Bound } from '../serving/exchange.ts';
import { forgetUser, keepUser, userOf } from '../serving/principal.ts';
import { serve } from '../serving/serve.ts';
import { deviceOf, keepDevice } from './device.ts';
import { admits } from './ip-rules.ts';
import { checkPassword, tryToSignIn } from './tries.ts';

export const session = new Hono<Bound>();

serve(session, signInRoutes.signIn, async (c, { body }) => {
  const email = canonicalEmail(body.email);
  const attempt = await tryToSignIn(c, email);
  if (isRefusal(attempt)) return attempt;

  const checked = await checkPassword(c.env, attempt, body.password, findLogin(c.env.DB, email));
  if (isRefusal(checked)) return checked;
  const { login, right } = checked;
  if (!login) return refuse('wrong_credentials');
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
    // After a wrong password the caller is not known to be the user. A missing code is not a refusal to record.
    const by = opened.refused === 'wrong_credentials' ? { account: who.account } : who;
    const act = actOf(c, by, 'sign_in.refused', { subject: { id: who.id, name: who.name } });
    // After the answer: for an unknown email nothing is recorded, and the shorter time would reveal that.
    if (opened.refused === 'code_needed') await attempt.right();
    else afterAnswer(c, recordAlone(c.env.DB, act));
    return opened;
  }
  await Promise.all([
    recordAlone(c.env.DB, actOf(c, who, 'sign_in.done')),
    admitted || setAdmitted(c.env.DB, person),
    attempt.succeed(),
  ]);
  keepUser(c, who, opened);
  const device = opened.device ? { account: who.account, user: who.id, ...opened.device } : attempt.known;
  if (device) await keepDevice(c, email, device);
  return agent.me();
});

serve(session, signInRoutes.signOut, async (c) => {
  const user = await userOf(c);
  if (!isRefusal(user)) await agentStub(c.env, user.account, user.id).signOut(user.session);
  forgetUser(c);
  return {};
});

serve(session, signInRoutes.me, (c, { user }) => agentStub(c.env, user.account, user.id).me());

serve(session, signInRoutes.sessions, async (c, { user }) => ({
  sessions: await agentStub(c.env, user.account, user.id).sessions(user.session),
}));

serve(session, signInRoutes.endSession, async (c, { user, params: { id } }) => {
  const agent = agentStub(c.env, user.account, user.id);
  if (!(await agent.sessions(user.session)).some((each) => each.id === id)) return refuse('not_found');
  await agent.signOut(id);
  return {};
});

/** Ends all sessions but the one that sent the request; other devices are not known any more. */
serve(session, signInRoutes.endOtherSessions, async (c, { user }) => {
  const agent = agentStub(c.env, user.account, user.id);
  const others = (await agent.sessions(user.session)).filter(({ current }) => !current);
  const me = await agent.me();
  const device = isRefusal(me) ? undefined : await deviceOf(c, me.email);
  await Promise.all([...others.map(({ id }) => agent.signOut(id)), agent.forgetDevices(device?.device)]);
  return {};
});
