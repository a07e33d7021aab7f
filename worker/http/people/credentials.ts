/** A user's own credentials: the password, also a forgotten one, and the second factor (PWD-3, TWO-1). */
import { isRefusal, refuse, signInRoutes, type Done, type Refusal } from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../../actors/stubs.ts';
import { recordAlone } from '../../db/audit.ts';
import { confirmEmail } from '../../db/emails.ts';
import { canonicalEmail } from '../../db/keys.ts';
import { setPassword } from '../../db/user-changes.ts';
import { findLogin, findOwnLogin, getPerson, type Person } from '../../db/users.ts';
import { actOf, originOf } from '../serving/act.ts';
import { clientAddress } from '../serving/address.ts';
import { afterAnswer, type Bound, type Exchange } from '../serving/exchange.ts';
import { linkOrigin } from '../serving/links.ts';
import { keepUser, type UserPrincipal } from '../serving/principal.ts';
import { serve } from '../serving/serve.ts';
import { broughtLink, type BroughtLink } from './brought-links.ts';
import { changing } from './changes.ts';
import { keepDevice } from './device.ts';
import { tellOwner } from './notices.ts';
import { hashPassword } from './password.ts';
import { checkPassword, resetOverLimit, tryInSession } from './tries.ts';

export const credentials = new Hono<Bound>();

serve(credentials, signInRoutes.deployment, (c) => ({
  mail: linkOrigin(c) !== null,
  addresses: clientAddress(c) !== null,
  help: c.env.HELP_URL || null,
}));

serve(credentials, signInRoutes.forgotPassword, async (c, { body }) => {
  const origin = linkOrigin(c);
  if (origin === null) return refuse('no_mail');
  const email = canonicalEmail(body.email);
  const early = await resetOverLimit(c, email);
  if (early) return early;
  // After the answer, so that neither its content nor its time reveals whether there is such a user.
  afterAnswer(c, sendReset(c, email, origin));
  return {};
});

async function sendReset(c: Exchange, email: string, origin: string): Promise<void> {
  const login = await findLogin(c.env.DB, email);
  if (!login) return;
  const { person } = login;
  await agentStub(c.env, person.account.id, person.id).mail(person, { kind: 'reset', origin });
  // Every caller can request the link, so the act names no user as its author.
  const subject = { id: person.id, name: person.name };
  const act = actOf(c, { account: person.account.id }, 'password.link_asked', { subject });
  await recordAlone(c.env.DB, act);
}

serve(credentials, signInRoutes.readLink, async (c, { body }) => {
  const link = await broughtLink(c, body.token);
  return isRefusal(link) ? link : link.about;
});

serve(credentials, signInRoutes.redeemLink, async (c, { body: { token, password } }) => {
  // Checked before the hash, which is expensive; used up after it, together with the decision.
  const link = await broughtLink(c, token);
  if (isRefusal(link)) return link;
  // The mailbox of an unconfirmed new email is not proved to be the owner's.
  if (link.about.kind === 'confirmation') return refuse('link_expired');
  // A valid link was mailed to a user, so the hash is made in the lane of known users.
  const hash = await hashPassword(c.env, password, 'known');
  return isRefusal(hash) ? hash : redeem(c, link, hash);
});

serve(credentials, signInRoutes.confirmEmail, async (c, { body }) => {
  const link = await broughtLink(c, body.token);
  if (isRefusal(link)) return link;
  return link.about.kind === 'confirmation' ? redeem(c, link) : refuse('link_expired');
});

/**
 * Uses a link up: confirms the email that it was mailed to, if it is unconfirmed, and sets a password if one was
 * chosen.
 */
async function redeem(c: Exchange, link: BroughtLink, hash?: string): Promise<Done | Refusal> {
  const { account, user, about } = link;
  const agent = agentStub(c.env, account, user);
  const person = await getPerson(c.env.DB, account, user);
  if (!person || !(await agent.redeemLink(link.secret))) return refuse('link_expired');
  const { email } = about;
  const changes =
    email === person.email ? {} : { changes: { email: [person.email, email] as [string, string] } };
  const confirmed = actOf(c, known(person), 'email.confirmed', changes);
  const set = hash === undefined ? [] : [actOf(c, known(person), 'password.changed')];
  const refusal = await changing(c.env, account, [user], async () => {
    if (link.confirms) return confirmEmail(c.env.DB, { account, id: user, email }, hash, [confirmed, ...set]);
    const [act] = set;
    return hash !== undefined && act ? setPassword(c.env.DB, account, user, hash, act) : undefined;
  });
  if (refusal) return refusal;
  // The mailbox has proved the user. On a device that is known from now on, strangers who guess cannot lock them out.
  const device = await agent.addDevice();
  if (device) await keepDevice(c, email, { account, user, ...device });
  // A first password is not a change.
  if (about.kind === 'reset') tellOwner(c, account, user, 'password_changed');
  return {};
}

/** Ends all sessions; the one that sent the request continues under a new id. */
serve(credentials, signInRoutes.changePassword, async (c, { user, body: { current, password } }) => {
  const owner = await proved(c, user, current, null);
  if (isRefusal(owner)) return owner;
  const hash = await hashPassword(c.env, password, 'known');
  if (isRefusal(hash)) return hash;
  const agent = agentStub(c.env, user.account, user.id);
  const going = (await agent.sessions(user.session)).find((session) => session.current);
  const act = actOf(c, user, 'password.changed');
  await changing(c.env, user.account, [user.id], () =>
    setPassword(c.env.DB, user.account, user.id, hash, act),
  );
  const person = await getPerson(c.env.DB, user.account, user.id);
  const opened = person && (await agent.goOn(person, originOf(c), going?.remembered ?? false));
  if (!opened || isRefusal(opened)) return opened ?? refuse('signed_out');
  keepUser(c, user, opened);
  if (opened.device)
    await keepDevice(c, person.email, { account: user.account, user: user.id, ...opened.device });
  tellOwner(c, user.account, user.id, 'password_changed');
  return agent.me();
});

serve(credentials, signInRoutes.beginSecondFactor, async (c, { user, body: { password, code } }) => {
  const owner = await proved(c, user, password, { code });
  return isRefusal(owner) ? owner : agentStub(c.env, user.account, user.id).beginSecondFactor();
});

serve(credentials, signInRoutes.confirmSecondFactor, async (c, { user, body }) => {
  const agent = agentStub(c.env, user.account, user.id);
  const codes = await agent.confirmSecondFactor(body.code, user.session);
  if (!isRefusal(codes)) {
    await recordAlone(c.env.DB, actOf(c, user, 'second_factor.on'));
    tellOwner(c, user.account, user.id, 'second_factor_on');
  }
  return codes;
});

serve(credentials, signInRoutes.removeSecondFactor, async (c, { user, body: { password, code } }) => {
  const owner = await proved(c, user, password, { code });
  if (isRefusal(owner)) return owner;
  if (owner.account.needsSecondFactor) return refuse('second_factor_needed');
  await agentStub(c.env, user.account, user.id).removeSecondFactor();
  await recordAlone(c.env.DB, actOf(c, user, 'second_factor.off'));
  tellOwner(c, user.account, user.id, 'second_factor_off');
  return {};
});

/**
 * Checks the user's own password and, where `asked` is given, the code of the second factor if there is one. Guesses
 * in a signed-in browser are counted by its session.
 */
async function proved(
  c: Exchange,
  user: UserPrincipal,
  password: string,
  asked: { code: string | undefined } | null,
): Promise<Person | Refusal> {
  const attempt = await tryInSession(c, user);
  if (isRefusal(attempt)) return attempt;
  const owner = findOwnLogin(c.env.DB, user.account, user.id);
  const checked = await checkPassword(c.env, attempt, password, owner);
  if (isRefusal(checked)) return checked;
  if (!checked.login) return refuse('signed_out');
  if (!checked.right) return refuse('wrong_password');
  const agent = agentStub(c.env, user.account, user.id);
  const wrong = asked && (await agent.checkCode(asked.code, user.session));
  if (wrong) {
    if (wrong.refused === 'code_needed') await attempt.right();
    return wrong;
  }
  await attempt.succeed();
  return checked.login.person;
}

/** A user who is identified without a session. */
function known({ account, id, name }: { account: { id: string }; id: string; name: string }) {
  return { account: account.id, id, name };
}
