// `npm run account -- create …`: creates an account with its first administrator, through the operator API of a
// running server.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createAccount, madeAccount, reasonOf } from './accounts.mjs';
import { readArguments, refuseArguments } from './arguments.mjs';
import { at } from './paths.mjs';

const usage = `npm run account -- create --name COMPANY --email EMAIL --person NAME [--time-zone ZONE] [--url URL]

  --name       the company that the account is for
  --email      the administrator's email, for the sign-in
  --person     the administrator's name
  --time-zone  the account's time zone; by default this machine's
  --url        the server's address; http://localhost:8787 by default

The password is generated here and shown once. OPERATOR_SECRET authorizes the request; by default it is the secret of
the data folder (DATA_DIR, or .data).
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
if (positionals.join(' ') !== 'create') refuseArguments(usage, 'The only command is create.');
if (!name || !email || !person) refuseArguments(usage, '--name, --email and --person are required.');
if (!URL.canParse(url)) refuseArguments(usage, `--url is “${url}”. It must be the address of a server.`);

const answer = await createAccount({ url, secret: secret(), name, email, person, timeZone });
if ('refused' in answer) {
  console.error(`The account was not created: ${reasonOf(answer)}`);
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
