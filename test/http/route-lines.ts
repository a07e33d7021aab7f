/** For each route of the API, how the tests call it and who may use it: one line each. The type checker demands it. */
import { defaultCampaign } from '#protocol';
import type { Address } from '#protocol/routes';
import { id, password } from './client.ts';
import { png } from './photo-files.ts';
import { longAgo, type Principal, type Things } from './principals.ts';

export type Outcome = 'through' | 'signed_out' | 'forbidden' | 'not_found' | 'bad_request' | 'too_late';
export type Relation = 'owner' | 'other' | 'elsewhere' | 'foreign';

export interface Line {
  /** The right that it needs, as an independent statement. */
  readonly right: string;
  readonly query?: (of: Things) => string;
  readonly body?: (of: Things) => unknown;
  /** A right that the handler checks once it has found the thing. */
  readonly also?: string;
  /** The body's content type, if it is not JSON. */
  readonly type?: string;
  /** The outcome if the ids in the path belong to another account. */
  readonly foreign?: Outcome;
  /** The outcome if those in the body or the query do. */
  readonly named?: Outcome;
  /** The id in the path belongs to one user alone, not to the account. */
  readonly personal?: true;
  /** Outcomes for visitors and others that do not follow from the right alone. */
  readonly finds?: Partial<Record<Relation | Principal['kind'] | 'user', Outcome>>;
  /** Refusals that prove that the call got through. */
  readonly answers?: readonly string[];
}

const person = (of: Things) => ({
  email: `${crypto.randomUUID()}@example.test`,
  name: 'Ines Duarte',
  nickname: '',
  language: 'en',
  roles: ['agent'],
  ...{ manages: true, showsPhoto: true },
  groups: [of.group],
  limits: { live: null, nrt: null },
  ipRules: [],
});
const site = (of: Things) => ({ name: 'Shop', origins: ['https://shop.example'], campaign: of.campaign });
const renamed = {
  ...{ name: 'Renamed', timeZone: 'UTC', sees: 'all', needsSecondFactor: false },
  ...{ assignment: 'manual', offerSeconds: 30, missedLimit: null, offlineProcessing: false },
};
const campaign = () => ({ name: 'Help', enabled: true, settings: defaultCampaign });
const group = (of: Things) => ({ name: 'Sales', members: [of.user] });
const ofSite = (of: Things) => `site=${of.site}`;
const ofPeople = (of: Things) => `group=${of.group}&campaign=${of.campaign}`;
const message = (of: Things) => ({ id: crypto.randomUUID(), site: of.site, text: 'Hello' });
const wrong = { email: `${crypto.randomUUID()}@example.test`, password: 'not the password' };
const photo = { type: 'image/png', body: () => png() };
const upload = () => ({ id: id('file'), name: 'notes.txt', size: 1 });
const part = { type: 'application/octet-stream', body: () => Uint8Array.of(65) };
const unknown = { answers: ['not_found'] };
const forum = (of: Things) => ({ title: 'Orders', campaigns: [of.campaign] });
const response = () => ({
  ...{ key: 'returns', question: 'Returns?', answer: 'Within 30 days.' },
  ...{ version: 1, edit: crypto.randomUUID() },
});
const csv = { type: 'text/csv', body: () => 'key,question,answer\nhi,,Hello' };
/** Agents change personal templates only. */
const changesResponses = { right: 'canned.use', also: 'canned.write' } as const;
const notTheirs = ['wrong_password', 'slow_down'];
/** A visitor is known on one site only; a caller without a credential is not refused. */
const onSite = { other: 'through', elsewhere: 'signed_out', foreign: 'signed_out' } as const;
const nobodyYet = { ...onSite, user: 'through', nobody: 'through', operator: 'signed_out' } as const;

export const lines: Readonly<Record<Address, Line>> = {
  'GET /api/health': { right: 'anybody' },
  'GET /api/openapi.json': { right: 'anybody' },
  'POST /api/login': { right: 'anybody', body: () => wrong, answers: ['wrong_credentials', 'slow_down'] },
  'POST /api/logout': { right: 'anybody' },
  'GET /api/deployment': { right: 'anybody' },
  'POST /api/password/forgotten': {
    right: 'anybody',
    body: () => ({ email: wrong.email }),
    answers: ['slow_down'],
  },
  'POST /api/password/link': { right: 'anybody', body: () => ({ token: 'x' }), answers: ['link_expired'] },
  'POST /api/password/redeem': {
    right: 'anybody',
    body: () => ({ token: 'x', password }),
    answers: ['link_expired'],
  },
  'POST /api/email/confirm': { right: 'anybody', body: () => ({ token: 'x' }), answers: ['link_expired'] },
  'GET /api/me': { right: 'session' },
  'PUT /api/me/password': {
    right: 'session',
    body: () => ({ current: 'wrong', password }),
    answers: notTheirs,
  },
  'POST /api/me/second-factor': { right: 'session', body: () => ({ password: 'wrong' }), answers: notTheirs },
  'PUT /api/me/second-factor': { right: 'session', body: () => ({ code: '1' }), answers: ['wrong_code'] },
  'POST /api/me/second-factor/remove': {
    right: 'session',
    body: () => ({ password: 'wrong' }),
    answers: notTheirs,
  },
  'GET /api/me/sessions': { right: 'session' },
  'DELETE /api/me/sessions/:id': { right: 'session', personal: true },
  'DELETE /api/me/sessions': { right: 'session' },
  'GET /api/widget/config': { right: 'anybody', query: ofSite, answers: ['wrong_origin'] },
  'GET /api/widget/lobby/socket': { right: 'anybody', query: ofSite },
  'POST /api/widget/session': { right: 'anybody', body: (of) => ({ site: of.site }) },
  'GET /api/widget/session': { right: 'visitor', query: ofSite, finds: nobodyYet },
  'DELETE /api/widget/session': { right: 'anybody', query: ofSite },
  'POST /api/widget/messages': { right: 'visitor', body: message, finds: onSite },
  'GET /api/widget/conversations/:id/entries': { right: 'visitor', query: ofSite },
  'GET /api/widget/conversations/:id/socket': { right: 'visitor', query: ofSite },
  'POST /api/files': { right: 'conversation.write', body: () => upload(), answers: ['slow_down'] },
  // Uploads are of one user each, and this one is a visitor's.
  'GET /api/files/:file': { right: 'conversation.write', ...unknown },
  'PUT /api/files/:file/parts/:part': { right: 'conversation.write', ...part, ...unknown },
  'PUT /api/files/:file/thumbnail': { right: 'conversation.write', ...photo, ...unknown },
  'POST /api/files/:file/complete': { right: 'conversation.write', ...unknown },
  'DELETE /api/files/:file': { right: 'conversation.write' },
  'GET /api/conversations/:id/files/:file': { right: 'conversation.follow' },
  'GET /api/conversations/:id/files/:file/thumbnail': { right: 'conversation.follow' },
  'GET /api/account/files': { right: 'settings.read' },
  'POST /api/widget/files': {
    right: 'visitor',
    body: ({ site: of }) => ({ site: of, ...upload() }),
    finds: onSite,
    answers: ['slow_down'],
  },
  'GET /api/widget/files/:file': { right: 'visitor', query: ofSite },
  'PUT /api/widget/files/:file/parts/:part': { right: 'visitor', query: ofSite, ...part },
  'PUT /api/widget/files/:file/thumbnail': { right: 'visitor', query: ofSite, ...photo },
  'POST /api/widget/files/:file/complete': { right: 'visitor', query: ofSite },
  // A file that a message has is not cancelled; another visitor's is as unknown as one that was cancelled before.
  'DELETE /api/widget/files/:file': {
    right: 'visitor',
    query: ofSite,
    answers: ['conflict'],
    finds: { other: 'through', elsewhere: 'through', foreign: 'through' },
  },
  'GET /api/widget/conversations/:id/files/:file': { right: 'visitor', query: ofSite },
  'GET /api/widget/conversations/:id/files/:file/thumbnail': { right: 'visitor', query: ofSite },
  'GET /api/conversations': { right: 'conversation.history', query: (of) => `visitor=${of.visitor}` },
  'GET /api/conversations/:id': { right: 'conversation.history' },
  'GET /api/conversations/:id/entries': { right: 'conversation.history' },
  'GET /api/conversations/:id/socket': { right: 'conversation.follow' },
  'GET /api/conversations/:id/earlier': { right: 'conversation.follow' },
  'GET /api/conversations/:id/earlier/entries': {
    right: 'conversation.follow',
    query: (of) => `of=${of.conversation}`,
  },
  'POST /api/conversations/:id/take': { right: 'conversation.take', answers: ['not_online'] },
  'POST /api/conversations/:id/accept': {
    right: 'conversation.take',
    body: () => ({ generation: 1 }),
    answers: ['offer_over'],
    foreign: 'through',
  },
  'POST /api/conversations/:id/decline': {
    right: 'conversation.take',
    body: () => ({ generation: 1 }),
    answers: ['offer_over'],
    foreign: 'through',
  },
  'POST /api/conversations/:id/transfer': {
    right: 'conversation.take',
    body: (of) => ({ to: { kind: 'agent', id: of.user } }),
    answers: ['not_owner', 'not_receiving'],
  },
  'POST /api/conversations/:id/assign': {
    right: 'conversation.assign',
    body: (of) => ({ agent: of.user }),
    answers: ['not_receiving'],
    named: 'not_found',
  },
  'GET /api/conversations/:id/decisions': { right: 'conversation.follow' },
  'GET /api/destinations': { right: 'conversation.take' },
  'GET /api/agent/socket': { right: 'session' },
  'GET /api/floor/socket': { right: 'floor.watch' },
  'GET /api/account': { right: 'settings.read' },
  'PATCH /api/account': { right: 'settings.write', body: () => renamed },
  'GET /api/sites': { right: 'settings.read' },
  'POST /api/sites': { right: 'settings.write', body: site, named: 'bad_request' },
  'PATCH /api/sites/:id': { right: 'settings.write', body: site, named: 'bad_request' },
  'GET /api/campaigns': { right: 'settings.read' },
  'POST /api/campaigns': { right: 'settings.write', body: campaign },
  'PATCH /api/campaigns/:id': { right: 'settings.write', body: campaign },
  'GET /api/users': { right: 'people.read', query: ofPeople },
  'GET /api/users/:id': { right: 'people.read' },
  'POST /api/users': { right: 'people.write', body: (of) => ({ ...person(of), password }) },
  'PATCH /api/users/:id': { right: 'people.write', body: person },
  'PUT /api/users/:id/password': { right: 'people.write', body: () => ({ password }) },
  'PUT /api/users/:id/status': { right: 'conversation.assign', body: () => ({ status: 'invisible' }) },
  'POST /api/users/:id/invite': { right: 'people.write', answers: ['conflict'] },
  'DELETE /api/users/:id/pending-email': { right: 'people.write' },
  'DELETE /api/users/:id/second-factor': { right: 'people.write' },
  'DELETE /api/users/:id': { right: 'people.write' },
  'POST /api/users/:id/restore': { right: 'people.write' },
  'GET /api/audit': { right: 'audit.read', query: (of) => `user=${of.user}` },
  'GET /api/time-table': { right: 'reports.read', query: () => `day=${longAgo}` },
  'PUT /api/me/photo': { right: 'session', ...photo },
  'DELETE /api/me/photo': { right: 'session' },
  'PUT /api/users/:id/photo': { right: 'people.write', ...photo },
  'DELETE /api/users/:id/photo': { right: 'people.write' },
  'GET /api/photos/:name': { right: 'anybody', answers: ['not_found'] },
  'GET /api/photos/:account/:user/:name': { right: 'anybody', answers: ['not_found'] },
  'GET /api/groups': { right: 'people.read' },
  'POST /api/groups': { right: 'people.write', body: group },
  'PATCH /api/groups/:id': { right: 'people.write', body: group },
  // The answer does not reveal whether it existed.
  'DELETE /api/groups/:id': { right: 'people.write', foreign: 'through' },
  'GET /api/forums': { right: 'canned.use' },
  'POST /api/forums': { right: 'canned.write', body: forum, named: 'bad_request' },
  'PATCH /api/forums/:forum': { right: 'canned.write', body: forum, named: 'bad_request' },
  'DELETE /api/forums/:forum': { right: 'canned.write' },
  // The answer does not reveal whether it existed.
  'POST /api/forums/:forum/restore': { right: 'canned.write', foreign: 'too_late' },
  'GET /api/forums/:forum/responses': { right: 'canned.use' },
  'GET /api/forums/:forum/uses': { right: 'canned.use' },
  'GET /api/forums/:forum/responses/:response': { right: 'canned.use' },
  'PUT /api/forums/:forum/responses/:response': { ...changesResponses, body: response },
  'DELETE /api/forums/:forum/responses/:response': changesResponses,
  'POST /api/forums/:forum/responses/:response/restore': changesResponses,
  'POST /api/forums/:forum/import': { ...changesResponses, ...csv },
  'GET /api/forums/:forum/export': { right: 'canned.use' },
  // Of a file that no response has.
  'GET /api/canned/files/:file': { right: 'canned.use', ...unknown },
  'GET /api/canned/files/:file/thumbnail': { right: 'canned.use', ...unknown },
  'POST /api/canned/files/:file/copy': {
    right: 'canned.use',
    body: () => ({ id: upload().id }),
    ...unknown,
  },
  'POST /api/operator/accounts': {
    right: 'operator',
    body: () => ({
      ...{ name: 'New', timeZone: 'UTC' },
      users: [
        { email: `${crypto.randomUUID()}@example.test`, name: 'X', password, roles: ['administrator'] },
      ],
    }),
    answers: ['slow_down'],
  },
  'POST /api/operator/seed': { right: 'operator' },
  'POST /api/operator/rebuild': { right: 'operator', body: (of) => ({ account: of.account }) },
};
