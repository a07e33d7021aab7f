/**
 * All kinds of callers, and the data to call for: two accounts, A and B, with users of every kind, visitors, and names
 * that contain a recognisable word, by which a leak is found.
 */
import { defaultCampaign, type Role } from '#protocol';
import { agentStub, conversationStub, dispatcherStub, visitorStub } from '../../worker/actors/stubs.ts';
import { createAccount } from '../../worker/db/accounts.ts';
import { eventually } from '../helpers/eventually.ts';
import { signInOf } from '../actors/sign-in.ts';
import { jpeg } from './photo-files.ts';
import { sendFile, uploadsOf } from './uploading.ts';
import { ask, bearer, call, env, id, newVisitor, operatorHeader, type Call } from './client.ts';

/** A day with an interval in the time table: one agent was present for an hour. */
export const longAgo = '2020-01-02';

/** The sender's part of a request. A visitor's cookie is sent under the name that the requested site reads. */
export type Credential = Pick<Call, 'cookie' | 'headers'> & { readonly visitorCookie?: string };

/** One of everything that an account has. */
export interface Things {
  readonly account: string;
  readonly user: string;
  readonly group: string;
  readonly site: string;
  readonly campaign: string;
  readonly visitor: string;
  readonly conversation: string;
  readonly session: string;
  /** In that visitor's message. */
  readonly file: string;
  readonly forum: string;
  readonly response: string;
  /** Never part of a path: the credential of that visitor. */
  readonly token: string;
}

export interface Principal {
  readonly name: string;
  /** The rights that each kind has in an account are in the table of kinds (rights.test.ts). */
  readonly kind: Kind;
  readonly account?: string;
  /** The visitor's id, and the site that they are known on. */
  readonly visitor?: { readonly id: string; readonly site: string };
  readonly user?: string;
  /** Proves the principal's identity; always the same, or of a new session. */
  readonly credential: Credential;
  fresh(): Promise<Credential & { session?: string }>;
}

export const userKinds = {
  agent: { roles: ['agent'] },
  'agent and supervisor': { roles: ['agent', 'supervisor'] },
  supervisor: { roles: ['supervisor'] },
  'supervisor without console': { roles: ['supervisor'], manages: false },
  administrator: { roles: ['administrator'] },
  'administrator without console': { roles: ['administrator'], manages: false },
} as const satisfies Record<string, { roles: readonly Role[]; manages?: boolean }>;
export type UserKind = keyof typeof userKinds;
export type Kind = UserKind | 'nobody' | 'deleted user' | 'signed-out user' | 'visitor' | 'operator';

/** An account, and the words by which its data are recognised. */
export interface Side {
  /** In data that only its users may see … */
  readonly inside: string;
  /** … in data that a conversation also sends its visitor, such as its campaign … */
  readonly topic: string;
  /** … and in that visitor's messages. */
  readonly chat: string;
  readonly site: string;
  readonly things: Things;
  readonly principals: Principal[];
  newThings(): Promise<Things>;
}

/** An account whose names all contain a word of its own. */
export async function newSide(letter: string): Promise<Side> {
  const mark = `${letter}${crypto.randomUUID().slice(0, 8)}`;
  const inside = `inside-${mark}`;
  const topic = `topic-${mark}`;
  const chat = `chat-${mark}`;
  const account = id('account');
  const kinds = [...Object.entries(userKinds), ['deleted user', userKinds.agent]] as const;
  const users = kinds.map(([kind, { roles }]) => ({ kind, ...newUser(inside, kind, roles) }));
  const campaign = { id: id('campaign'), name: topic, enabled: true, settings: defaultCampaign };
  const sites = ['one', 'two'].map((name) => {
    return {
      id: id('site'),
      name: `${name} ${inside}`,
      origins: [`https://${mark.toLowerCase()}.example`],
      campaign: campaign.id,
    };
  });
  await createAccount(
    env.DB,
    {
      account: { id: account, name: inside, timeZone: 'UTC' },
      users: users.map(({ kind: _, ...user }) => user),
      campaigns: [campaign],
      sites,
    },
    Date.now(),
  );
  await env.DB.prepare('UPDATE users SET manages = 0 WHERE account_id = ? AND name LIKE ?')
    .bind(account, '% without console')
    .run();

  const [here, elsewhere] = sites.map(({ id }) => id) as [string, string];
  const signedIn = async (user: string): Promise<Credential & { session: string }> => {
    const { session, secret } = await signInOf(env, account, user);
    return { session, cookie: `__Host-parley=${account}.${user}.${session}.${secret}` };
  };
  const principals: Principal[] = [];
  for (const { kind, id: user } of users) {
    const credential = await signedIn(user);
    const fresh = () => (kind === 'deleted user' ? Promise.resolve(credential) : signedIn(user));
    const name = `${kind} of ${letter}`;
    principals.push({ name, kind: kind as Kind, account, user, credential, fresh });
  }
  const administrator = principals.find(({ kind }) => kind === 'administrator') as Principal;
  const deleted = principals.find(({ kind }) => kind === 'deleted user') as Principal;
  await ask('DELETE', `/api/users/${deleted.user}`, administrator.credential);
  const { session: _, ...ended } = await signedIn(users[0]?.id ?? '');
  await call('POST', '/api/logout', ended);
  const fresh = () => Promise.resolve(ended);
  principals.push({
    name: `signed-out user of ${letter}`,
    kind: 'signed-out user',
    credential: ended,
    fresh,
  });

  const newThings = async (): Promise<Things> => {
    const person = newUser(inside, 'a colleague', ['agent']);
    const group = id('group');
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO users (account_id, id, email, name, password_hash, roles, created_at, search_key) VALUES (?, ?, ?, ?, '', '["agent"]', 0, ?)`,
      ).bind(account, person.id, person.email, person.name, person.name),
      env.DB.prepare('INSERT INTO groups (account_id, id, name, created_at) VALUES (?, ?, ?, 0)').bind(
        account,
        group,
        inside,
      ),
      env.DB.prepare('INSERT INTO members (account_id, group_id, user_id) VALUES (?, ?, ?)').bind(
        account,
        group,
        person.id,
      ),
      env.DB.prepare(
        `INSERT INTO activity (account_id, agent_id, seq, from_at, to_at, status, connected) VALUES (?, ?, ?, ?, ?, 'online', 1)`,
        // A seq that their log never reaches.
      ).bind(account, person.id, 1e6, Date.parse(`${longAgo}T09:00Z`), Date.parse(`${longAgo}T10:00Z`)),
    ]);
    const [forum, response] = [id('forum'), id('response')];
    await env.DB.batch([
      env.DB.prepare(
        'INSERT INTO forums (account_id, id, title, version, count, size, created_at) VALUES (?, ?, ?, 1, 1, 9, 0)',
      ).bind(account, forum, inside),
      env.DB.prepare(
        `INSERT INTO responses (account_id, forum_id, id, key, question, answer, version, created_at, changed_at)
         VALUES (?, ?, ?, '', ?, 'x', 1, 0, 0)`,
      ).bind(account, forum, response, inside),
    ]);
    const { session } = await signInOf(env, account, person.id);
    const visitor = await newVisitor(here);
    const file = await wholeFile({ site: here, token: visitor.token }, chat);
    const conversation = await begin(account, here, visitor.token, chat, [file]);
    const common = {
      account,
      site: here,
      campaign: campaign.id,
      user: person.id,
      group,
      session,
      forum,
      response,
    };
    return { ...common, visitor: visitor.id, token: visitor.token, conversation, file };
  };
  const things = await newThings();
  const visitors = [
    { of: things.visitor, site: here, token: things.token, name: 'owner' },
    { ...named(await newVisitor(here)), site: here, name: 'other visitor' },
    { ...named(await newVisitor(elsewhere)), site: elsewhere, name: 'visitor of another site' },
  ];
  for (const { of, site, token, name } of visitors) {
    const ways: [string, Credential][] = [
      ['token', { headers: bearer(token) }],
      ['cookie', { visitorCookie: token }],
    ];
    for (const [way, credential] of ways) {
      const who = { name: `${name} of ${letter} by ${way}`, kind: 'visitor', account } as const;
      const visitor = { id: of, site };
      principals.push({ ...who, visitor, credential, fresh: () => Promise.resolve(credential) });
    }
  }
  return { inside, topic, chat, site: here, things, principals, newThings };
}

const named = ({ id: of, token }: { id: string; token: string }) => ({ of, token });

/** Callers that belong to no account. */
export const strangers: readonly Principal[] = (
  [
    ['nobody', {}],
    ['operator', { headers: operatorHeader }],
  ] as const
).map(([kind, credential]) => ({ name: kind, kind, credential, fresh: () => Promise.resolve(credential) }));

/** A text with a thumbnail. */
async function wholeFile(visitor: { site: string; token: string }, word: string): Promise<string> {
  const uploads = uploadsOf(visitor);
  const { id: file } = await sendFile(visitor, `${word}.txt`, new TextEncoder().encode(word));
  const { status } = await uploads.thumbnail(file, jpeg());
  if (status !== 200) throw new Error(`no thumbnail: ${status}`);
  return file;
}

/** A conversation that the floor and the history know. */
async function begin(
  account: string,
  site: string,
  token: string,
  text: string,
  files: string[],
): Promise<string> {
  const { body } = await ask<{ conversation: string }>('POST', '/api/widget/messages', {
    headers: bearer(token),
    body: {
      ...{ id: crypto.randomUUID(), site, text, files },
      contact: { name: text, email: `${text}@example.test` },
    },
  });
  const floor = dispatcherStub(env, account);
  await eventually(async () => {
    if (!(await floor.conversations(null, 1_000)).includes(body.conversation)) throw new Error('not yet');
  });
  const conversation = conversationStub(env, account, body.conversation);
  await eventually(async () => {
    await conversation.rearchive();
    const row = await env.DB.prepare('SELECT 1 FROM conversations WHERE id = ?')
      .bind(body.conversation)
      .first();
    if (!row) throw new Error('not yet');
  });
  return body.conversation;
}

function newUser(mark: string, kind: string, roles: readonly Role[]) {
  const user = id('user');
  const name = `${mark} ${kind}`;
  return { id: user, email: `${user}.${mark}@example.test`, name, passwordHash: '', roles: [...roles] };
}

/**
 * The tables of D1, with the columns that contain a row's account. For conversations the log is read instead, from
 * which the row follows.
 */
const tables = {
  accounts: ['id', '*'],
  users: ['account_id', '*'],
  groups: ['account_id', '*'],
  members: ['account_id', '*'],
  sites: ['account_id', '*'],
  campaigns: ['account_id', '*'],
  forums: ['account_id', '*'],
  responses: ['account_id', '*'],
  audit: ['account_id', '*'],
  // Present intervals are written by the agents' logs themselves.
  activity: ['seq = 1000000 AND account_id', '*'],
  conversations: ['account_id', 'id'],
} as const;

/** Everything that requests could have changed in an account: its rows, and the state of its actors. */
export async function stateOf({ things }: Side): Promise<Record<string, unknown>> {
  const { account, conversation, user, visitor, session } = things;
  const statements = Object.entries(tables).map(([table, [whose, columns]]) =>
    env.DB.prepare(`SELECT ${columns} FROM ${table} WHERE ${whose} = ? ORDER BY 1`).bind(account),
  );
  const rows = await env.DB.batch(statements);
  const log = await conversationStub(env, account, conversation).range('agent', undefined, 100);
  const { entries } = JSON.parse(log as string) as { entries: { kind: string }[] };
  return {
    rows: Object.fromEntries(Object.keys(tables).map((table, i) => [table, rows[i]?.results])),
    // The conversation itself records that a visitor without a tab has left.
    entries: entries.filter(({ kind }) => kind !== 'visitor.left'),
    visitor: await visitorStub(env, account, visitor).session(),
    sessions: (await agentStub(env, account, user).sessions(session)).map(({ id }) => id),
    conversations: await dispatcherStub(env, account).conversations(null, 1_000),
  };
}
