/**
 * Stands in for wrangler (and for the build): stores a Cloudflare account in a file, and prints the same output as
 * wrangler 4.156. Arguments: the file, `wrangler` or `node`, then the command's own.
 */
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Cloud } from './cloud.ts';

const [file = '', program = '', ...args] = process.argv.slice(2);
const cloud = JSON.parse(readFileSync(file, 'utf8')) as Cloud;
const line = [program, ...args].join(' ');
cloud.commands.push(line.replace(/(--secrets-file) \S+/, '$1 FILE'));
const save = () => writeFileSync(file, JSON.stringify(cloud));
save();

if (cloud.broken && line.startsWith(cloud.broken.command)) {
  if (cloud.broken.afterwards) answer();
  fail(cloud.broken.message);
} else answer();
save();

function answer(): void {
  const name = args.find((arg, at) => at > 1 && !arg.startsWith('-')) ?? '';
  if (program === 'node') return print('Building the app\n');
  if (line === 'wrangler whoami --json') return whoami();
  if (line === 'wrangler d1 list --json') return json(cloud.databases);
  if (line.startsWith('wrangler d1 create ')) {
    cloud.databases.push({ uuid: '11111111-2222-4333-8444-555555555555', name, version: 'production' });
    return print(`\n ⛅️ wrangler 4.156.2\n✅ Successfully created DB '${name}' in region WEUR\n`);
  }
  if (line.startsWith('wrangler d1 migrations apply ')) {
    const message = cloud.migrated ? '✅ No migrations to apply!\n' : '🌀 Executing on remote database DB\n';
    cloud.migrated = true;
    return print(message);
  }
  if (line.startsWith('wrangler d1 execute ')) {
    return json([
      { results: [{ accounts: cloud.accounts }], success: true, meta: { duration: 1, changes: 0 } },
    ]);
  }
  if (line.startsWith('wrangler r2 bucket list')) {
    const listed = cloud.buckets.map(
      (bucket) => `name:           ${bucket}\ncreation_date:  2026-11-20T10:00:00Z`,
    );
    return print(`\n ⛅️ wrangler 4.156.2\nListing buckets...\n${listed.slice(0, 1).join('\n\n')}\n`);
  }
  if (line.startsWith('wrangler r2 bucket create ')) {
    const bucket = args[3] ?? '';
    if (cloud.buckets.includes(bucket)) {
      return fail(
        api(
          '/accounts/acc1/r2/buckets',
          'The bucket you tried to create already exists, and you own it. [code: 10004]',
        ),
      );
    }
    cloud.buckets.push(bucket);
    return print(
      `Creating bucket '${bucket}'...\n✅ Created bucket '${bucket}' with default storage class of Standard.\n`,
    );
  }
  if (line.startsWith('wrangler queues info ')) {
    if (cloud.queues.includes(name)) return print(`Queue Name: ${name}\nQueue ID: q1\n`);
    return fail(`Queue "${name}" does not exist. To create it, run: wrangler queues create ${name}`);
  }
  if (line.startsWith('wrangler queues create ')) {
    cloud.queues.push(name);
    return print(`🌀 Creating queue '${name}'\n✅ Created queue '${name}'\n`);
  }
  if (line === 'wrangler secret list') {
    if (cloud.secrets)
      return json(Object.keys(cloud.secrets).map((key) => ({ name: key, type: 'secret_text' })));
    return fail(
      'Worker "parley" not found.\n\n  If this is a new Worker, run `wrangler deploy` first to create it.',
    );
  }
  if (line.startsWith('wrangler deploy')) return deploy();
  return fail(`Unknown arguments: ${args.join(', ')}`);
}

function whoami(): void {
  if (cloud.signedIn.length > 0) {
    return json({
      loggedIn: true,
      authType: 'OAuth Token',
      email: 'admin@example.com',
      accounts: cloud.signedIn,
    });
  }
  print('\n{"loggedIn":false}\n');
  process.exitCode = 1;
}

function deploy(): void {
  const secrets = args[args.indexOf('--secrets-file') + 1];
  const uploads = args.includes('--secrets-file') && secrets !== undefined;
  if (uploads) cloud.secretsFile = { path: secrets, mode: (statSync(secrets).mode & 0o777).toString(8) };
  const given = uploads ? (JSON.parse(readFileSync(secrets, 'utf8')) as Record<string, string>) : {};
  cloud.secrets = { ...cloud.secrets, ...given };
  report({ type: 'deploy', version: 1, worker_name: 'parley', version_id: 'v', targets: cloud.targets });
  print(`Uploaded parley (1.20 sec)\nDeployed parley triggers (0.30 sec)\n  ${cloud.targets.join('\n  ')}\n`);
}

function api(path: string, reason: string): string {
  return `A request to the Cloudflare API (${path}) failed.\n\n  ${reason}\n  \n  If you think this is a bug, please open an issue at: https://github.com/cloudflare/workers-sdk/issues/new/choose`;
}

function fail(message: string): void {
  process.stderr.write(
    `\u001B[31m✘ \u001B[41;31m[\u001B[41;97mERROR\u001B[41;31m]\u001B[0m \u001B[1m${message}\u001B[0m\n\n\n`,
  );
  process.stderr.write('🪵  Logs were written to "/home/ada/.wrangler/logs/wrangler.log"\n');
  report({ type: 'command-failed', version: 1, message });
  process.exitCode = 1;
}

function report(event: object): void {
  const events = process.env['WRANGLER_OUTPUT_FILE_PATH'];
  if (events) appendFileSync(events, `${JSON.stringify(event)}\n`);
}

function json(value: unknown): void {
  print(`${JSON.stringify(value, null, 2)}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}
