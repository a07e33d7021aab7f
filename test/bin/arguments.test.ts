import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

// Each test runs several processes.
vi.setConfig({ testTimeout: 60_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));

function run(script: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', `bin/${script}.mjs`, ...args],
    {
      cwd: root,
      encoding: 'utf8',
      // Without a sign-in, at an address where no server answers.
      env: { PATH: process.env['PATH'], HOME: '/nowhere', CLOUDFLARE_API_BASE_URL: 'http://127.0.0.1:9/' },
    },
  );
  return { status, stdout, stderr };
}

test.each([
  ['account', ['create', '--nmae', 'Acme'], "Unknown option '--nmae'."],
  ['account', ['--name', 'Acme'], 'The only command is create.'],
  ['account', ['create', '--name', 'Acme'], '--name, --email and --person are required.'],
  ['simulate', ['--agnets', '3'], "Unknown option '--agnets'."],
  ['simulate', ['--agents', 'many'], '--agents must be a number from 0 to 2000.'],
  ['deploy', ['--dryrun'], "Unknown option '--dryrun'."],
  ['deploy', ['now'], "Unexpected argument 'now'."],
  ['deploy', ['--name'], "Option '--name <value>' argument missing."],
])('%s %j is answered with one sentence and the usage', (script, args, sentence) => {
  const { status, stdout, stderr } = run(script, args);
  expect({ status, stdout, sentence: stderr.split('\n\n')[0] }).toEqual({ status: 1, stdout: '', sentence });
  expect(stderr).toContain(`npm run ${script} -- `);
  expect(stderr).not.toMatch(/^ +at /m);
});

test.each(['account', 'simulate', 'deploy'])('%s --help prints the usage', (script) => {
  const { status, stdout, stderr } = run(script, ['--help']);
  expect({ status, stderr, first: stdout.split(' -- ')[0] }).toEqual({
    status: 0,
    stderr: '',
    first: `npm run ${script}`,
  });
});

test('a dry run of a deployment prints the steps with their commands, and changes nothing', () => {
  const config = readFileSync(`${root}wrangler.toml`, 'utf8');
  const { status, stdout, stderr } = run('deploy', ['--dry-run']);
  const [steps, settings = ''] = stdout.split('\n\nSettings');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(steps).toBe(`1. Sign-in at Cloudflare
   npx wrangler whoami --json
2. Build
   node bin/build.mjs
3. D1 database parley
   npx wrangler d1 list --json
   npx wrangler d1 create parley    (if there is none; its id is then written to wrangler.toml)
4. R2 bucket parley-files
   npx wrangler r2 bucket list
   npx wrangler r2 bucket create parley-files    (if there is none)
5. Migrations of parley
   npx wrangler d1 migrations apply parley --remote
6. Accounts
   npx wrangler d1 execute parley --remote --json --command "SELECT COUNT(*) AS accounts FROM accounts"
7. Secrets
   npx wrangler secret list
8. Worker parley
   npx wrangler deploy
   npx wrangler deploy --secrets-file FILE    (instead, if secrets are to be set; the file is temporary)
9. First account
   POST /api/operator/accounts    (to the deployment, if there is no account yet)`);
  const names = ['PUBLIC_URL', 'MAIL_FROM', 'HELP_URL', 'BEHIND_CLOUDFLARE', 'TRUSTED_ADDRESS_HEADER'];
  for (const name of names) {
    expect(settings).toMatch(new RegExp(`^   ${name} +.*: .+`, 'm'));
  }
  expect(readFileSync(`${root}wrangler.toml`, 'utf8')).toBe(config);
});
