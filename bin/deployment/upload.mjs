import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newSecret } from '../secrets.mjs';
import { reasonOf, Stopped } from './exec.mjs';

/**
 * @typedef {import('./steps.mjs').Step} Step
 * @typedef {import('./steps.mjs').Context} Context
 */

const list = ['wrangler', 'secret', 'list'];
const deploy = ['wrangler', 'deploy'];

/**
 * Decides which secrets the upload sets. They are uploaded with the code, because each `wrangler secret put` is a
 * deployment of its own, and every deployment closes every socket.
 * @param {import('./config.mjs').Config} config @returns {Step}
 */
export const secretsStep = ({ vars }) => ({
  title: 'Secrets',
  plan: [{ command: list }],
  async check({ exec, env, found, log }) {
    const ended = await exec(list);
    // A Worker that was never deployed has no secrets.
    const unknown = ended.code !== 0 && /Worker "[^"]*".* not found/.test(ended.err);
    if (ended.code !== 0 && !unknown) {
      throw new Stopped(`The secrets can’t be listed: ${reasonOf(ended)} Fix that, and run again.`);
    }
    /** @type {string[]} */
    const names = unknown
      ? []
      : JSON.parse(ended.out).map((/** @type {{ name: string }} */ { name }) => name);
    // Secrets can't be read back, and creating the first account needs this one. Without accounts it is not in use
    // yet, so it can be replaced.
    if (!names.includes('OPERATOR_SECRET') || found.accounts === 0) {
      found.secrets['OPERATOR_SECRET'] = env['OPERATOR_SECRET'] || newSecret();
    }
    if (env['SMTP_URL']) found.secrets['SMTP_URL'] = env['SMTP_URL'];
    const missing = missingForMail(vars, names.includes('SMTP_URL') || Boolean(env['SMTP_URL']));
    if (missing.length > 0) {
      log(`   No mail goes out. For mail set ${missing.join(' and ')}, and run again.`);
    }
    const toSet = Object.keys(found.secrets);
    return toSet.length > 0 ? `to be set with the upload: ${toSet.join(', ')}` : 'set';
  },
});

/**
 * Lists the settings that mail still needs. PUBLIC_URL is one: a link never takes its host from a request.
 * @param {Record<string, unknown>} vars @param {boolean} server
 */
function missingForMail({ PUBLIC_URL, MAIL_FROM }, server) {
  const served = typeof PUBLIC_URL === 'string' && /^https?:/.test(PUBLIC_URL) && URL.canParse(PUBLIC_URL);
  return [
    ...(server ? [] : ['SMTP_URL (smtps://user:password@host:465) in the environment']),
    ...(served ? [] : ['PUBLIC_URL (https://chat.example.com) in wrangler.toml']),
    ...(MAIL_FROM ? [] : ['MAIL_FROM in wrangler.toml']),
  ];
}

/** @param {import('./config.mjs').Config} config @returns {Step} */
export const uploadStep = ({ worker, vars }) => ({
  title: `Worker ${worker}`,
  plan: [
    { command: deploy },
    {
      command: [...deploy, '--secrets-file', 'FILE'],
      when: 'instead, if secrets are to be set; the file is temporary',
    },
  ],
  async action(context) {
    const { found, env, log } = context;
    const secret = found.secrets['OPERATOR_SECRET'];
    // Printed before the upload: if a later step fails, the secret is set already and cannot be read again.
    if (secret && secret !== env['OPERATOR_SECRET']) {
      log(`   OPERATOR_SECRET is ${secret}    (shown only here; it authorizes the operator API)`);
    }
    const { events } = await withSecretsFile(found.secrets, (args) =>
      context.succeed([...deploy, ...args], 'The upload failed'),
    );
    const deployed = events.find(({ type }) => type === 'deploy');
    const targets = /** @type {string[]} */ (deployed?.['targets'] ?? []);
    found.url = addressOf(vars, targets);
    return found.url ? `deployed to ${found.url}` : 'deployed; wrangler reports no address';
  },
});

/**
 * @template Result
 * @param {Record<string, string>} secrets
 * @param {(args: string[]) => Promise<Result>} use
 */
async function withSecretsFile(secrets, use) {
  if (Object.keys(secrets).length === 0) return use([]);
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-secrets-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const file = path.join(folder, 'secrets.json');
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    return await use(['--secrets-file', file]);
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/**
 * Targets are addresses of workers.dev, custom domains as `chat.example.com (custom domain)`, and route patterns.
 * @param {Record<string, unknown>} vars @param {string[]} targets
 */
function addressOf(vars, targets) {
  const given = vars['PUBLIC_URL'];
  if (typeof given === 'string' && URL.canParse(given)) return given;
  const domain = targets.find((target) => / \(custom domain/.test(target))?.split(' ')[0];
  return domain ? `https://${domain}` : targets.find((target) => target.startsWith('https://'));
}
