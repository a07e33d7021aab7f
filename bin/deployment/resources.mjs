// Finds the databases, buckets and queues of wrangler.toml by name, or creates them.
import { writeDatabaseId } from './config.mjs';
import { reasonOf, Stopped } from './exec.mjs';

/**
 * @typedef {import('./steps.mjs').Step} Step
 * @typedef {import('./steps.mjs').Context} Context
 */

/**
 * @param {import('./config.mjs').Config} config
 * @param {import('./config.mjs').Config['databases'][number]} database
 * @returns {Step}
 */
export function databaseStep(config, { name, id }) {
  const list = ['wrangler', 'd1', 'list', '--json'];
  const create = ['wrangler', 'd1', 'create', name];
  /** @param {Context} context */
  const find = async ({ succeed }) => {
    const { out } = await succeed(list, 'The D1 databases can’t be listed');
    /** @type {{ uuid: string, name: string }[]} */
    const all = JSON.parse(out);
    return all.find((each) => (id === undefined ? each.name === name : each.uuid === id));
  };
  return {
    title: `D1 database ${name}`,
    plan: [
      { command: list },
      { command: create, when: 'if there is none; its id is then written to wrangler.toml' },
    ],
    async check(context) {
      const found = await find(context);
      if (found && id !== undefined) return `found, ${id}`;
      if (found) return written(found.uuid, 'found');
      if (id === undefined) return undefined;
      throw new Stopped(
        `wrangler.toml names the database ${id}, which this Cloudflare account doesn’t have: sign in to the other account, or remove the line database_id, so that the database is found by name or created.`,
      );
    },
    async action(context) {
      await context.succeed(create, `The D1 database ${name} can’t be created`);
      const made = await find(context);
      if (made) return written(made.uuid, 'created');
      throw new Stopped(`The D1 database ${name} was created but is not listed yet: run again in a minute.`);
    },
  };

  /** @param {string} uuid @param {string} how */
  async function written(uuid, how) {
    await writeDatabaseId(config, name, uuid);
    return `${how}; its id ${uuid} is written to wrangler.toml: commit that`;
  }
}

/** @param {import('./config.mjs').Config['buckets'][number]} bucket @returns {Step} */
export function bucketStep({ name, jurisdiction }) {
  const where = jurisdiction ? ['--jurisdiction', jurisdiction] : [];
  const list = ['wrangler', 'r2', 'bucket', 'list', ...where];
  const create = ['wrangler', 'r2', 'bucket', 'create', name, ...where];
  return {
    title: `R2 bucket ${name}`,
    plan: [{ command: list }, { command: create, when: 'if there is none' }],
    async check({ succeed }) {
      const { out } = await succeed(list, 'The R2 buckets can’t be listed');
      const names = [...out.matchAll(/^name:\s+(\S+)\s*$/gm)].map(([, found]) => found);
      return names.includes(name) ? 'found' : undefined;
    },
    async action({ exec }) {
      const ended = await exec(create);
      if (ended.code === 0) return 'created';
      // The list shows only the first buckets of an account.
      if (/\[code: 10004\]/.test(ended.err)) return 'found';
      throw new Stopped(`The R2 bucket ${name} can’t be created: ${reasonOf(ended)} ${adviceOf(ended.err)}`);
    },
  };
}

/** @param {string} name @returns {Step} */
export function queueStep(name) {
  const info = ['wrangler', 'queues', 'info', name];
  const create = ['wrangler', 'queues', 'create', name];
  return {
    title: `Queue ${name}`,
    plan: [{ command: info }, { command: create, when: 'if there is none' }],
    async check({ exec }) {
      const ended = await exec(info);
      if (ended.code === 0) return 'found';
      if (/does not exist/.test(ended.err)) return undefined;
      throw new Stopped(`The queue ${name} can’t be looked up: ${reasonOf(ended)} Then run again.`);
    },
    async action({ succeed }) {
      await succeed(create, `The queue ${name} can’t be created`);
      return 'created';
    },
  };
}

/** @param {string} err */
const adviceOf = (err) =>
  /\[code: 10042\]/.test(err)
    ? 'Open R2 in the Cloudflare dashboard once to enable it, and run again.'
    : 'Fix that, and run again.';
