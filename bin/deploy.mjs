// `npm run deploy`: deploys to Cloudflare. Running it again continues after a failure, and later upgrades.
import { createInterface } from 'node:readline/promises';
import { readArguments } from './arguments.mjs';
import { readConfig } from './deployment/config.mjs';
import { deploy, plan } from './deployment/deployment.mjs';
import { executor, Stopped } from './deployment/exec.mjs';
import { at } from './paths.mjs';

const usage = `npm run deploy -- [--dry-run] [--name COMPANY --person NAME --email EMAIL [--time-zone ZONE]]

Deploys to Cloudflare: builds, creates the database and the bucket of wrangler.toml where they are missing, applies
migrations, sets secrets, uploads, and creates the first account. Running it again continues after a failure, or upgrades.

  --dry-run    prints the steps and their commands, and changes nothing
  --name       the company that the first account is for
  --person     its administrator's name
  --email      the administrator's email, for the sign-in
  --time-zone  the account's time zone; by default this machine's

In the environment: CLOUDFLARE_API_TOKEN instead of \`npx wrangler login\`, CLOUDFLARE_ACCOUNT_ID where the sign-in has
several accounts, SMTP_URL for mail (smtps://user:password@host:465), OPERATOR_SECRET instead of a generated one.
`;

const { values } = readArguments(usage, {
  options: {
    'dry-run': { type: 'boolean' },
    name: { type: 'string' },
    person: { type: 'string' },
    email: { type: 'string' },
    'time-zone': { type: 'string' },
    help: { type: 'boolean' },
  },
});
const { name, person, email, 'time-zone': timeZone } = values;

// By default a signal ends the process without removing temporary files, one of which contains secrets.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

try {
  const config = await readConfig(at());
  if (values['dry-run']) {
    console.log(plan(config));
  } else {
    await deploy(config, {
      exec: executor({ cwd: at() }),
      ask,
      log: console.log,
      pause: () => new Promise((resolve) => setTimeout(resolve, 2_000)),
      env: process.env,
      given: {
        ...(name && { name }),
        ...(person && { person }),
        ...(email && { email }),
        ...(timeZone && { timeZone }),
      },
    });
  }
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** @param {string} question */
async function ask(question) {
  if (!process.stdin.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
