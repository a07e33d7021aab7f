import { randomBytes } from 'node:crypto';

/**
 * @typedef {{ name: string, email: string, person: string, timeZone: string }} FirstUser the company, the name and
 *   email of its administrator, and the account's time zone
 * @typedef {{ account: { id: string, name: string }, password: string }} Made
 * @typedef {{ refused: string, message: string, field?: string }} NotMade `unavailable` if the server does not answer
 */

/**
 * Creates an account and its first administrator through the operator API. Generates the password, unless the caller
 * passes one to repeat a request whose answer was lost.
 * @param {{ url: string, secret: string, password?: string } & FirstUser} options
 * @returns {Promise<Made | NotMade>}
 */
export async function createAccount({
  url,
  secret,
  name,
  email,
  person,
  timeZone,
  password = newPassword(),
}) {
  const users = [{ email, name: person, password, roles: ['administrator'] }];
  /** @type {Response} */
  let response;
  try {
    response = await fetch(new URL('/api/operator/accounts', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, timeZone, users }),
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    return { refused: 'unavailable', message: `Nothing answers at ${url}.` };
  }
  /** @type {any} */
  const answer = await response.json().catch(() => undefined);
  if (answer?.refused) return answer;
  if (response.ok && answer?.account) return { account: answer.account, password };
  return {
    refused: 'unavailable',
    message: `${url} answers with status ${response.status}, as no Parley does.`,
  };
}

export const newPassword = () => randomBytes(12).toString('base64url');

/** @param {Made} made @param {{ url: string, email: string }} sent */
export const madeAccount = (
  { account, password },
  { url, email },
) => `Created the account ${account.name}: ${account.id}

  ${new URL('/login', url)}
  ${email}
  ${password}    (shown only here; change it under Profile)`;

/** @param {NotMade} refusal */
export const reasonOf = ({ message, field }) => (field ? `${message} (${field})` : message);
