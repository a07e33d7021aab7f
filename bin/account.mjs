// `npm run account -- create …`: an account with its first administrator, through the operator's door of a server that runs.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { at } from './paths.mjs';

const usage = `npm run account -- create --name COMPANY --email EMAIL --person NAME [--time-zone ZONE] [--url URL]

  --name       the company that the account is for
  --email      with which its administrator signs in
  --person     the administrator's name
  --time-zone  in which days begin; this machine's without it
  --url        of the server; http://localhost:8787 without it

The password is made here and shown once. OPERATOR_SECRET opens the operator's door; without it the secret of the
server in the data folder (DATA_DIR, or .data) is taken.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string' },
    email: { type: 'string' },
    person: { type: 'string' },
    'time-zone': { type: 'string', default: Intl.DateTimeFormat().resolvedOptions().timeZone },
    url: { type: 'string', default: 'http://localhost:8787' },
    help: { type: 'boolean', default: false },
  },
});
const { name, email, person, url } = values;

if (values.help || positionals.join() !== 'create' || !name || !email || !person) {
  console.log(usage);
  process.exitCode = values.help ? 0 : 1;
} else {
  const password = randomBytes(12).toString('base64url');
  const answer = await post('/api/operator/accounts', {
    name,
    timeZone: values['time-zone'],
    users: [{ email, name: person, password, roles: ['administrator'] }],
  });
  if (answer.refused) {
    console.error(`Not made: ${answer.message}${answer.field ? ` (${answer.field})` : ''}`);
    process.exitCode = 1;
  } else {
    console.log(`${answer.account.name} is made: ${answer.account.id}

  ${new URL('/login', url)}
  ${email}
  ${password}    (shown only here; change it under Profile)`);
  }
}

/** @param {string} door @param {object} body @returns {Promise<any>} */
async function post(door, body) {
  const response = await fetch(new URL(door, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${secret()}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (!response) return { refused: 'unavailable', message: `Nothing answers at ${url}.` };
  return response.json();
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
