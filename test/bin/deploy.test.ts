import { existsSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { readConfig } from '../../bin/deployment/config.mjs';
import { plan } from '../../bin/deployment/deployment.mjs';
import { Deployment, type Cloud } from './cloud.ts';

// Each test runs several processes.
vi.setConfig({ testTimeout: 60_000 });

let deployment: Deployment;
afterEach(() => deployment.end());

const id = '11111111-2222-4333-8444-555555555555';
const parley = { uuid: id, name: 'parley', version: 'production' };
const complete: Partial<Cloud> = {
  databases: [{ uuid: '0f0f0f0f-0000-4000-8000-000000000000', name: 'other', version: 'production' }, parley],
  buckets: ['parley-files'],
  secrets: { OPERATOR_SECRET: 'known', SMTP_URL: 'smtps://a:b@mail.test:465' },
  migrated: true,
  accounts: 2,
};

const count =
  'wrangler d1 execute parley --remote --json --command SELECT COUNT(*) AS accounts FROM accounts';
const firstRun = [
  'wrangler whoami --json',
  'node bin/build.mjs',
  'wrangler d1 list --json',
  'wrangler d1 create parley',
  'wrangler d1 list --json',
  'wrangler r2 bucket list',
  'wrangler r2 bucket create parley-files',
  'wrangler d1 migrations apply parley --remote',
  count,
  'wrangler secret list',
  'wrangler deploy --secrets-file FILE',
];
const laterRun = [
  'wrangler whoami --json',
  'node bin/build.mjs',
  'wrangler d1 list --json',
  'wrangler r2 bucket list',
  'wrangler d1 migrations apply parley --remote',
  count,
  'wrangler secret list',
  'wrangler deploy',
];

test('with no resources yet, a deployment creates all of them, and shows the secret and the password once', async () => {
  deployment = await Deployment.start();
  const before = deployment.toml;
  const { output, stopped, commands } = await deployment.run();
  expect(stopped).toBeUndefined();
  expect(commands).toEqual(firstRun);
  const { databases, buckets, secrets = {}, accounts } = deployment.cloud;
  expect({ databases, buckets, secrets: Object.keys(secrets), accounts }).toEqual({
    databases: [parley],
    buckets: ['parley-files'],
    secrets: ['OPERATOR_SECRET'],
    accounts: 1,
  });
  expect(deployment.toml).toBe(
    before.replace('database_name = "parley"\n', `database_name = "parley"\ndatabase_id = "${id}"\n`),
  );
  const password = / {4,}ada@acme\.test\n\s+(\S+) {4}\(shown only here/.exec(output)?.[1] ?? '';
  expect(deployment.asked).toEqual([
    {
      name: 'Acme',
      timeZone: 'Europe/Berlin',
      users: [{ email: 'ada@acme.test', name: 'Ada', password, roles: ['administrator'] }],
    },
  ]);
  expect(password.length).toBeGreaterThanOrEqual(16);
  expect(output.split(password)).toHaveLength(2);
  expect(output.split(secrets['OPERATOR_SECRET'] ?? '')).toHaveLength(2);
});

test('with all resources in place, a deployment only uploads', async () => {
  deployment = await Deployment.start(complete);
  const first = await deployment.run({}, {});
  const written = deployment.toml;
  const second = await deployment.run({}, {});
  expect([first.commands, second.commands]).toEqual([laterRun, laterRun]);
  expect([first.stopped, second.stopped]).toEqual([undefined, undefined]);
  expect(written).toContain(`database_id = "${id}"`);
  expect(deployment.toml).toBe(written);
  expect(deployment.asked).toEqual([]);
  expect(deployment.cloud.secrets).toEqual(complete.secrets);
});

test('the dry run names every command that a first and a later deployment run', async () => {
  deployment = await Deployment.start();
  const lines = plan(await readConfig(deployment.folder))
    .split('\n')
    .map((line) =>
      line
        .replace(/ {4}\(.*$/, '')
        .replace(/^ +(npx )?/, '')
        .replaceAll('"', ''),
    );
  expect([...firstRun, ...laterRun].filter((command) => !lines.includes(command))).toEqual([]);
});

test('without a sign-in, a deployment changes nothing and explains how to sign in', async () => {
  deployment = await Deployment.start({ signedIn: [] });
  const { stopped, commands } = await deployment.run();
  expect(stopped).toBe(
    'wrangler is not signed in: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, and run again.',
  );
  expect(commands).toEqual(['wrangler whoami --json']);
});

test('with several Cloudflare accounts, a deployment asks the operator to choose one', async () => {
  const signedIn = [
    { id: 'acc1', name: 'Example' },
    { id: 'acc2', name: 'Another' },
  ];
  deployment = await Deployment.start({ ...complete, signedIn });
  expect((await deployment.run()).stopped).toBe(
    'This sign-in has several Cloudflare accounts: set CLOUDFLARE_ACCOUNT_ID to one of acc1 (Example), acc2 (Another), and run again.',
  );
  const { stopped, output } = await deployment.run({ CLOUDFLARE_ACCOUNT_ID: 'acc2' });
  expect(stopped).toBeUndefined();
  expect(output).toContain('admin@example.com, Another');
});

test('a deployment that stopped at R2 continues when run again', async () => {
  const message =
    'A request to the Cloudflare API (/accounts/acc1/r2/buckets) failed.\n\n  Please enable R2 through the Cloudflare Dashboard. [code: 10042]\n  \n  If you think this is a bug, please open an issue';
  deployment = await Deployment.start({ broken: { command: 'wrangler r2 bucket create', message } });
  const first = await deployment.run();
  expect(first.stopped).toBe(
    'The R2 bucket parley-files can’t be created: A request to the Cloudflare API (/accounts/acc1/r2/buckets) failed. Please enable R2 through the Cloudflare Dashboard. [code: 10042] Open R2 in the Cloudflare dashboard once to enable it, and run again.',
  );
  expect(first.commands.at(-1)).toBe('wrangler r2 bucket create parley-files');
  deployment.change({ broken: undefined });
  const second = await deployment.run();
  expect(second.stopped).toBeUndefined();
  expect(second.commands.filter((command) => command.includes('create'))).toEqual([
    'wrangler r2 bucket create parley-files',
  ]);
  expect(deployment.cloud.databases).toEqual([parley]);
});

test('a failing upload that has set the secret has printed the secret before', async () => {
  const broken = {
    command: 'wrangler deploy',
    message: 'Register a workers.dev subdomain',
    afterwards: true,
  };
  deployment = await Deployment.start({ broken });
  const first = await deployment.run();
  expect(first.stopped).toBe('The upload failed: Register a workers.dev subdomain. Fix that, and run again.');
  const lost = deployment.cloud.secrets?.['OPERATOR_SECRET'] ?? '';
  expect(first.output).toContain(lost);
  deployment.change({ broken: undefined });
  const second = await deployment.run();
  expect(second.stopped).toBeUndefined();
  expect(second.output).not.toContain(lost);
  expect(second.output).toContain(`OPERATOR_SECRET is ${deployment.cloud.secrets?.['OPERATOR_SECRET']}`);
  expect(deployment.cloud.accounts).toBe(1);
});

test('a failing build stops a deployment before anything is created', async () => {
  deployment = await Deployment.start({ broken: { command: 'node', message: 'App.svelte has an error' } });
  const { stopped, commands } = await deployment.run();
  expect(stopped).toBe('The build failed: App.svelte has an error. Fix that, and run again.');
  expect(commands).toEqual(['wrangler whoami --json', 'node bin/build.mjs']);
});

test('a bucket outside the first page of the list is found', async () => {
  deployment = await Deployment.start({ ...complete, buckets: ['another', 'parley-files'] });
  const { output, stopped } = await deployment.run();
  expect(stopped).toBeUndefined();
  expect(output).toContain('R2 bucket parley-files\n   found');
});

test('a queue is created if wrangler.toml binds one, and only then', async () => {
  deployment = await Deployment.start(complete);
  deployment.edit(/$/, '\n[[queues.producers]]\nbinding = "WORK"\nqueue = "parley-work"\n');
  const created = 'wrangler queues create parley-work';
  expect((await deployment.run()).commands).toContain(created);
  expect((await deployment.run()).commands).not.toContain(created);
  expect(deployment.cloud.queues).toEqual(['parley-work']);
});

test('secrets are uploaded with the code, in a private file that is removed', async () => {
  deployment = await Deployment.start({ ...complete, secrets: { OPERATOR_SECRET: 'known' } });
  const { commands, output } = await deployment.run({ SMTP_URL: 'smtps://u:p@mail.test:465' });
  expect(commands.at(-1)).toBe('wrangler deploy --secrets-file FILE');
  const { secrets, secretsFile } = deployment.cloud;
  expect(secrets).toEqual({ OPERATOR_SECRET: 'known', SMTP_URL: 'smtps://u:p@mail.test:465' });
  expect({ ...secretsFile, left: existsSync(secretsFile?.path ?? '') }).toEqual({
    path: secretsFile?.path,
    mode: '600',
    left: false,
  });
  expect(output).not.toContain('u:p@mail.test');
});

test('a deployment that can send no mail lists the missing settings', async () => {
  deployment = await Deployment.start({ ...complete, secrets: { OPERATOR_SECRET: 'known' } });
  const told = async (env = {}) => /No mail goes out.*/.exec((await deployment.run(env)).output)?.[0];
  expect(await told()).toBe(
    'No mail goes out. For mail set SMTP_URL (smtps://user:password@host:465) in the environment and MAIL_FROM in wrangler.toml, and run again.',
  );
  deployment.edit(/^PUBLIC_URL = .*$/m, 'PUBLIC_URL = "chat.example.com"\nMAIL_FROM = "chat@example.com"');
  expect(await told({ SMTP_URL: 'smtps://u:p@mail.test:465' })).toBe(
    'No mail goes out. For mail set PUBLIC_URL (https://chat.example.com) in wrangler.toml, and run again.',
  );
  deployment.edit(/^PUBLIC_URL = .*$/m, 'PUBLIC_URL = "https://chat.example.com"');
  expect(await told()).toBeUndefined();
});

test('a database id that this Cloudflare account lacks stops the deployment', async () => {
  deployment = await Deployment.start(complete);
  deployment.edit(
    'database_name = "parley"',
    'database_name = "parley"\ndatabase_id = "99999999-2222-4333-8444-555555555555"',
  );
  const { stopped, commands } = await deployment.run();
  expect(stopped).toBe(
    'wrangler.toml names the database 99999999-2222-4333-8444-555555555555, which this Cloudflare account doesn’t have: sign in to the other account, or remove the line database_id, so that the database is found by name or created.',
  );
  expect(commands.at(-1)).toBe('wrangler d1 list --json');
});
