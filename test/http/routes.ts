/** The calls of all routes, and the outcome that each caller is to have. */
import { socket, subprotocol, type Route } from '#protocol';
import { allRoutes } from '#protocol/routes';
import { call, id, origin, type Call } from './client.ts';
import type { Credential, Principal, Things } from './principals.ts';
import { lines, type Line, type Outcome, type Relation } from './route-lines.ts';

export interface AskedRoute extends Route {
  readonly line: Line;
  readonly socket: boolean;
  readonly byId: boolean;
}

/** Every route with its line. */
export const askedRoutes: readonly AskedRoute[] = allRoutes.flatMap((route) => {
  const line = (lines as Readonly<Record<string, Line | undefined>>)[route.address];
  return line
    ? [{ ...route, line, socket: route.answer === socket, byId: /:(id|forum)/.test(route.path) }]
    : [];
});

/** The holders of each right of an account: an independent statement, so that a change of the rights is noticed. */
const workers = [
  'agent',
  'agent and supervisor',
  'supervisor',
  'supervisor without console',
  'administrator',
  'administrator without console',
];
const managers = ['agent and supervisor', 'supervisor', 'administrator'];
const holders: Readonly<Record<string, readonly string[]>> = {
  session: workers,
  'conversation.follow': workers,
  'conversation.write': workers,
  'conversation.take': workers,
  'floor.watch': workers,
  'canned.use': workers,
  'canned.write': managers,
  'conversation.assign': managers,
  'conversation.history': managers,
  'settings.read': managers,
  'people.read': managers,
  'settings.write': ['administrator'],
  'people.write': ['administrator'],
  'reports.read': managers,
  'audit.read': ['administrator'],
};

/**
 * The expected outcome for a principal at a route, with the ids of `at` in the path and those of `of` in the body and
 * the query.
 */
export function expected({ line, byId }: AskedRoute, who: Principal, at: Things, of: Things): Outcome {
  const { right, finds } = line;
  const isUser = who.user !== undefined || who.kind === 'signed-out user';
  const near = relation(who, at);
  const special =
    (near === 'none' ? undefined : finds?.[near]) ?? finds?.[who.kind] ?? (isUser ? finds?.user : undefined);
  if (special) return special;
  if (right === 'anybody') return 'through';
  if (right === 'operator') return who.kind === 'operator' ? 'through' : 'forbidden';
  if (right === 'visitor') {
    if (who.kind !== 'visitor') return 'signed_out';
    return near === 'owner' ? 'through' : 'not_found';
  }
  const held = holders[right];
  if (!held) throw new Error(`nobody said who holds ${right}`);
  if (!workers.includes(who.kind)) return 'signed_out';
  if (!held.includes(who.kind)) return 'forbidden';
  if (byId && at.account !== who.account) return line.foreign ?? 'not_found';
  if (line.also && !holders[line.also]?.includes(who.kind)) return 'forbidden';
  if (line.named && of.account !== who.account) return line.named;
  return line.personal && at.user !== who.user ? 'not_found' : 'through';
}

function relation({ visitor, account }: Principal, at: Things): Relation | 'none' {
  if (!visitor) return 'none';
  if (account !== at.account) return 'foreign';
  if (visitor.site !== at.site) return 'elsewhere';
  return visitor.id === at.visitor ? 'owner' : 'other';
}

const things = { users: 'user', groups: 'group', sites: 'site', campaigns: 'campaign' } as const;
const kinds = { ...things, conversations: 'conversation', sessions: 'session' } as const;

export function urlOf({ path, line }: AskedRoute, at: Things, of: Things): string {
  const filled = path.replace(/(\w+)\/:id/, (_, folder: string) => {
    const kind = kinds[folder as keyof typeof kinds] as (typeof kinds)[keyof typeof kinds] | undefined;
    return `${folder}/${kind ? at[kind] : id('conversation')}`;
  });
  const query = line.query?.(of);
  const named = filled
    .replace(':forum', at.forum)
    .replace(':response', at.response)
    .replace(':account', at.account)
    .replace(':user', at.user)
    .replace(':name', id('photo'))
    .replace(':file', at.file)
    .replace(':part', '1');
  return named.replace(/\/$/, '') + (query ? `?${query}` : '');
}

/** A call beside its path: the sender's credential, the body, and forged claims that an attacker would send. */
export function callOf(
  { line, socket }: AskedRoute,
  { visitorCookie, ...who }: Credential,
  of: Things,
): Call {
  const cookie = visitorCookie ? `__Host-parley-visitor-${of.site}=${visitorCookie}` : who.cookie;
  const claim = { kind: 'user', account: of.account, id: of.user, name: 'x', roles: ['administrator'] };
  const headers = {
    'X-Parley-Principal': JSON.stringify({ ...claim, manages: true, session: of.session }),
    ...who.headers,
    ...(line.type && { 'Content-Type': line.type }),
    ...(socket && { Origin: origin, Upgrade: 'websocket', 'Sec-WebSocket-Protocol': subprotocol }),
  };
  return { ...(cookie && { cookie }), headers, ...(line.body && { body: line.body(of) }) };
}

export interface Found {
  readonly outcome: string;
  readonly status: number;
  readonly text: string;
  readonly cookies: readonly string[];
}

/** Calls a route, including sockets: if a socket opens, its first frame is the answer. */
export async function probe(
  route: AskedRoute,
  who: Credential,
  at: Things,
  of: Things,
  more: Partial<Call> = {},
): Promise<Found> {
  const address = urlOf(route, at, of);
  const claimed = `${address}${address.includes('?') ? '&' : '?'}account=${of.account}`;
  const asked = callOf(route, who, of);
  const options = { ...asked, ...more, headers: { ...asked.headers, ...more.headers } };
  const response = await call(route.method, claimed, options);
  const { status, webSocket } = response;
  const cookies = response.headers.getSetCookie();
  if (webSocket) return { status, cookies, ...(await firstWord(webSocket, route.byId)) };
  const text = await response.text();
  if (status < 300) return { outcome: 'through', status, text, cookies };
  const { refused = `${status}` } = JSON.parse(text) as { refused?: string };
  return { outcome: route.line.answers?.includes(refused) ? 'through' : refused, status, text, cookies };
}

/** A conversation sends its first frame after hello; a socket of a missing one is closed. */
function firstWord(socket: WebSocket, greet: boolean): Promise<{ outcome: string; text: string }> {
  return new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      resolve({ outcome: 'through', text: String(data) });
      socket.close(1000);
    });
    socket.addEventListener('close', ({ code }) =>
      resolve({ outcome: code === 4404 ? 'not_found' : `closed ${code}`, text: '' }),
    );
    socket.accept();
    if (greet) socket.send(JSON.stringify({ t: 'hello', v: 1 }));
  });
}
