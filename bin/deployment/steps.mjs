// The steps of a deployment, in their order. Each step checks whether an earlier run has done it, so running again
// continues a deployment that stopped.
import { accountsStep, firstAccountStep } from './account.mjs';
import { reasonOf, Stopped } from './exec.mjs';
import { bucketStep, databaseStep, queueStep } from './resources.mjs';
import { secretsStep, uploadStep } from './upload.mjs';

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {{ command: readonly string[], when?: string }[]} plan its commands, for the dry run
 * @property {(context: Context) => Promise<string | undefined>} [check] returns the reason if nothing is to be done
 * @property {(context: Context) => Promise<string>} [action] runs the step, and returns its result in words
 *
 * @typedef {object} Context
 * @property {import('./exec.mjs').Exec} exec
 * @property {(command: readonly string[], otherwise: string) => Promise<import('./exec.mjs').Ended>} succeed runs a
 *   command whose failure ends the deployment, with a sentence that begins with `otherwise`
 * @property {(question: string) => Promise<string | undefined>} ask returns undefined where no terminal is attached
 * @property {(line: string) => void} log
 * @property {() => Promise<void>} pause the wait between two tries
 * @property {Record<string, string | undefined>} env
 * @property {Partial<import('../accounts.mjs').FirstUser>} given the details of the first user that the arguments
 *   contain
 * @property {Found} found
 *
 * @typedef {object} Found results of steps for later ones
 * @property {number} accounts the number of accounts in the database
 * @property {import('../accounts.mjs').FirstUser} [first]
 * @property {Record<string, string>} secrets to upload
 * @property {string} [url] the address of the deployment
 */

/** @param {import('./config.mjs').Config} config @returns {Step[]} */
export const stepsOf = (config) => [
  signInStep(config),
  buildStep,
  ...config.databases.map((database) => databaseStep(config, database)),
  ...config.buckets.map(bucketStep),
  ...config.queues.map(queueStep),
  ...config.databases.filter(({ migrations }) => migrations).map(migrationsStep),
  ...config.databases.slice(0, 1).map(accountsStep),
  secretsStep(config),
  uploadStep(config),
  firstAccountStep,
];

const whoami = ['wrangler', 'whoami', '--json'];

/** @param {import('./config.mjs').Config} config @returns {Step} */
const signInStep = ({ accountId }) => ({
  title: 'Sign-in at Cloudflare',
  plan: [{ command: whoami }],
  async check({ exec, env }) {
    const ended = await exec(whoami);
    const { loggedIn, email, accounts } = readSignIn(ended);
    if (!loggedIn) {
      throw new Stopped(
        'wrangler is not signed in: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, and run again.',
      );
    }
    const chosen = env['CLOUDFLARE_ACCOUNT_ID'] ?? accountId;
    if (!chosen && accounts.length > 1) {
      const choice = accounts.map(({ id, name }) => `${id} (${name})`).join(', ');
      throw new Stopped(
        `This sign-in has several Cloudflare accounts: set CLOUDFLARE_ACCOUNT_ID to one of ${choice}, and run again.`,
      );
    }
    const account = accounts.find(({ id }) => !chosen || id === chosen);
    return [email, account?.name ?? chosen].filter(Boolean).join(', ');
  },
});

/**
 * @param {import('./exec.mjs').Ended} ended
 * @returns {{ loggedIn: boolean, email?: string, accounts: { id: string, name: string }[] }}
 */
function readSignIn(ended) {
  try {
    return { accounts: [], ...JSON.parse(ended.out) };
  } catch {
    throw new Stopped(
      `The sign-in at Cloudflare can’t be checked: ${reasonOf(ended)} Check the network and CLOUDFLARE_API_TOKEN, and run again.`,
    );
  }
}

const build = ['node', 'bin/build.mjs'];

/** @type {Step} */
const buildStep = {
  title: 'Build',
  plan: [{ command: build }],
  async action({ succeed }) {
    await succeed(build, 'The build failed');
    return 'built';
  },
};

/** @param {{ name: string }} database @returns {Step} */
function migrationsStep({ name }) {
  const apply = ['wrangler', 'd1', 'migrations', 'apply', name, '--remote'];
  return {
    title: `Migrations of ${name}`,
    plan: [{ command: apply }],
    async action({ succeed }) {
      const { out } = await succeed(apply, `The migrations of ${name} can’t be applied`);
      return out.includes('No migrations to apply') ? 'none to apply' : 'applied';
    },
  };
}
