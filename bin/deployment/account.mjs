import { createAccount, madeAccount, newPassword, reasonOf } from '../accounts.mjs';
import { Stopped } from './exec.mjs';

/**
 * @typedef {import('./steps.mjs').Step} Step
 * @typedef {import('./steps.mjs').Context} Context
 * @typedef {import('../accounts.mjs').FirstUser} FirstUser
 */

/**
 * Tries at creating the account, two seconds apart: a new address or a new secret can take a minute to reach every
 * location.
 */
const tries = 45;

/**
 * Counts the accounts. If there is none, asks for the details of the first one before the upload, so that all
 * questions come at the start.
 * @param {{ name: string }} database
 * @returns {Step}
 */
export function accountsStep({ name }) {
  const count = [
    ...['wrangler', 'd1', 'execute', name, '--remote', '--json'],
    ...['--command', 'SELECT COUNT(*) AS accounts FROM accounts'],
  ];
  return {
    title: 'Accounts',
    plan: [{ command: count }],
    async check({ succeed, found }) {
      const { out } = await succeed(count, 'The accounts can’t be counted');
      found.accounts = JSON.parse(out)[0].results[0].accounts;
      if (found.accounts === 0) return undefined;
      return found.accounts === 1 ? 'there is one' : `there are ${found.accounts}`;
    },
    async action(context) {
      const first = await firstUser(context);
      context.found.first = first;
      return `none yet; the first will be ${first.name}`;
    },
  };
}

/** @param {Context} context @returns {Promise<FirstUser>} */
async function firstUser({ given, ask }) {
  const name = given.name ?? (await ask('There is no account yet. Which company is the first one for? '));
  const person = given.person ?? (await ask('What is the name of its administrator? '));
  const email = given.email ?? (await ask('What is the administrator’s email? '));
  const timeZone = given.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (name && person && email) return { name, person, email, timeZone };
  throw new Stopped(
    'There is no account yet: run again with `npm run deploy -- --name COMPANY --person NAME --email EMAIL`.',
  );
}

/** @type {Step} */
export const firstAccountStep = {
  title: 'First account',
  plan: [
    { command: ['POST', '/api/operator/accounts'], when: 'to the deployment, if there is no account yet' },
  ],
  async check({ found }) {
    return found.first ? undefined : 'not needed';
  },
  async action(context) {
    const { found, log } = context;
    if (!found.url) {
      throw new Stopped(
        'The address of the deployment is unknown: set PUBLIC_URL in wrangler.toml, and run again.',
      );
    }
    const first = /** @type {FirstUser} */ (found.first);
    const sent = { ...first, url: found.url, secret: found.secrets['OPERATOR_SECRET'] ?? '' };
    const answer = await createWithPatience(context, sent);
    if ('refused' in answer) {
      throw new Stopped(`The first account was not created: ${reasonOf(answer)} Fix that, and run again.`);
    }
    log(madeAccount(answer, sent).replace(/^/gm, '   '));
    return 'created';
  },
};

/** @param {Context} context @param {FirstUser & { url: string, secret: string }} sent */
async function createWithPatience({ pause }, sent) {
  // Every try sends the same password, so that it is valid even if the first answer was lost.
  const password = newPassword();
  let lost = false;
  for (let attempt = 1; ; attempt++) {
    const answer = await createAccount({ ...sent, password });
    if (!('refused' in answer)) return answer;
    if (answer.refused === 'email_taken' && lost) {
      return { account: { id: 'id unknown, because the first answer was lost', name: sent.name }, password };
    }
    if (!['unavailable', 'forbidden'].includes(answer.refused) || attempt === tries) return answer;
    lost ||= answer.refused === 'unavailable';
    await pause();
  }
}
