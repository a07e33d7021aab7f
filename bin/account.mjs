// `npm run account -- create …`: an account with its first administrator, through the operator's route of a running server.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createAccount, madeAccount, reasonOf } from './accounts.mjs';
import { readArguments, refuseArguments } from './arguments.mjs';
import { at } from './paths.mjs';

const usage = `npm run account -- create --name COMPANY --email EMAIL --person NAME [--time-zone ZONE] [--url URL]

  --name       the company that the account is for
  --email      with which its administrator signs in
  --person     the administrator's name
  --time-zone  in which days begin; this machine's without it
  --url        of the server; http://localhost:8787 without it

The password is made here and shown once. OPERATOR_SECRET opens the operator's routes; without it the secret of the
server in the data folder (DATA_DIR, or .data) is taken.
`;

const { values, positionals } = readArguments(usage, {
  allowPositionals: true,
  options: {
    name: { type: 'string' },
    email: { type: 'string' },
    person: { type: 'string' },
    'time-zone': { type: 'string', default: Intl.DateTimeFormat().resolvedOptions().timeZone },
    url: { type: 'string', default: 'http://localhost:8787' },
    help: { type: 'boolean' },
  },
});
const { name, email, person, url, 'time-zone': timeZone } = values;
if (positionals.join(' ') !== 'create') refuseArguments(usage, 'The one command is create.');
if (!name || !email || !person) refuseArguments(usage, '--name, --email and --person are needed.');
if (!URL.canParse(url)) refuseArguments(usage, `--url is the address of a server, which ${url} isn’t.`);

const answer = await createAccount({ url, secret: secret(), name, email, person, timeZone });
if ('refused' in answer) {
  console.error(`Not made: ${reasonOf(answer)}`);
  process.exitCode = 1;
} else {
  console.log(madeAccount(answer, { url, email }));
}

function secret() {
  const given = process.env['OPERATOR_SECRET'];
  if (given) return given;
  const file = path.join(process.env['DATA_DIR'] ?? at('.data'), 'secrets.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')).OPERATOR_SECRET;
  } catch {
    console.error(`No OPERATOR_SECRET is set, and ${file} can't be read.`);
    process.exit(1);
  }
}
