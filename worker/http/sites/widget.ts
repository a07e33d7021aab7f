/** The visitor's side: the widget's configuration, the visitor's session, and their conversations (V5 to V10, V13). */
import { can } from '#domain/people/rights';
import { originAllowed } from '#domain/sites/origins';
import {
  check,
  ConversationId,
  conversationSettingsOf,
  isRefusal,
  maxRange,
  OpenVisitorSession,
  Range,
  RangeQuery,
  refuse,
  SiteId,
  StartConversation,
  Started,
  type Refusal,
  VisitorSession,
  WidgetConfig,
  widgetSettingsOf,
} from '#protocol';
import { m } from '#words/worker';
import { Hono } from 'hono';
import { networkWait } from '../../actors/limits.ts';
import { conversationStub, lobbyStub, visitorStub } from '../../actors/stubs.ts';
import { clientNetwork, clientNetworks, flooding } from '../serving/address.ts';
import { asks, by, takes, tells } from '../serving/door.ts';
import { answer, refused, type Bound, type Exchange } from '../serving/exchange.ts';
import { languageOf, spoken } from '../serving/language.ts';
import { newId } from '../serving/new-id.ts';
import {
  carriesToken,
  forgetVisitor,
  keepVisitor,
  visitorCredential,
  visitorOf,
  visitorToken,
  type VisitorPrincipal,
} from '../serving/principal.ts';
import { handOver, showIn, speaks } from '../serving/socket.ts';
import { availabilityAt, isQueueFull } from './availability.ts';
import { siteOf } from './site-lookup.ts';

export const widget = new Hono<Bound>();

widget.get(
  '/config',
  by('anybody'),
  spoken,
  tells('What a site’s widget is like', WidgetConfig),
  async (c) => {
    // A refusal holds nothing secret, and a loader that can't read it takes it for a broken line and tries for ever.
    c.header('Access-Control-Allow-Origin', '*');
    c.header('Cross-Origin-Resource-Policy', 'cross-origin');
    const id = check(SiteId, c.req.query('site'));
    const site = isRefusal(id) ? id : await siteOf(c, id);
    if (isRefusal(site)) return refused(c, site);
    const origin = pageOrigin(c);
    c.header('Vary', 'Origin');
    if (!originAllowed(origin, site.origins))
      return refused(c, refuse('wrong_origin', { message: remedyFor(origin) }));
    c.header('Access-Control-Allow-Origin', origin);
    if (!site.campaign) return refused(c, refuse('not_found'));
    const settings = widgetSettingsOf(site.campaign.settings);
    const label = m.chat({}, { locale: languageOf(c) });
    const campaign = site.campaign.id;
    const availability = await availabilityAt(c.env, site.account, campaign);
    return c.json({ site: site.id, campaign, label, availability, settings } satisfies WidgetConfig);
  },
);

widget.post(
  '/session',
  by('anybody'),
  takes(OpenVisitorSession),
  tells('Makes a visitor', VisitorSession),
  async (c) => {
    const flood = await flooding(c.env, 'session', clientNetwork(c));
    if (flood) return refused(c, flood);
    const site = await siteOf(c, c.req.valid('json').site);
    if (isRefusal(site)) return refused(c, site);
    const networks = clientNetworks(c);
    const retryAfter = networks.length > 0 ? await networkWait(c.env, 'newVisitors', networks) : 0;
    if (retryAfter > 0) return refused(c, refuse('too_many_chats', { retryAfter }));
    const id = newId('visitor');
    const visitor = visitorStub(c.env, site.account, id);
    const { secret } = await visitor.open(site.account, id, site.id);
    const token = [site.account, id, secret].join('.');
    keepVisitor(c, site.id, token);
    return answer(c, { ...(await visitor.session()), token });
  },
);

widget.get('/session', by('visitor'), tells('Who the visitor is', VisitorSession), async (c) => {
  const site = c.req.query('site');
  // Nobody yet is what a first visit finds. A refusal would stand in red in the console of the company's page.
  if (visitorToken(c, site) === undefined) return c.json({ visitor: null });
  const given = visitorCredential(c, site);
  if (isRefusal(given)) return refused(c, given);
  const resumed = await visitorStub(c.env, given.account, given.id).resume(given.secret, site);
  if (isRefusal(resumed)) return refused(c, resumed);
  if (resumed.secret === undefined) return answer(c, resumed.session);
  const token = [given.account, given.id, resumed.secret].join('.');
  keepVisitor(c, resumed.site, token);
  // A page's script learns the credential only where it carries it already.
  return answer(c, { ...resumed.session, ...(carriesToken(c) && { token }) });
});

widget.delete('/session', by('anybody'), tells('Signs the visitor out'), async (c) => {
  const site = check(SiteId, c.req.query('site'));
  if (isRefusal(site)) return refused(c, site);
  const given = visitorCredential(c, site);
  if (!isRefusal(given)) await visitorStub(c.env, given.account, given.id).end(given.secret, site);
  forgetVisitor(c, site);
  return c.json({});
});

widget.post(
  '/messages',
  by('visitor'),
  takes(StartConversation),
  tells('Sends a message', Started),
  async (c) => {
    const message = c.req.valid('json');
    const credential = visitorCredential(c, message.site);
    if (isRefusal(credential)) return refused(c, credential);
    const site = await siteOf(c, message.site);
    if (isRefusal(site)) return refused(c, site);
    // The credential belongs to one site. On another the visitor is a new one.
    if (site.account !== credential.account) return refused(c, refuse('signed_out'));
    if (!site.campaign) return refused(c, refuse('not_found'));
    const { id, name, settings } = site.campaign;
    const campaign = { id, name, ...conversationSettingsOf(settings) };
    // One call on the way of a first message: the visitor's actor proves who they are, and judges.
    const visitor = visitorStub(c.env, credential.account, credential.id);
    const circumstances = {
      queueFull: await isQueueFull(c, site.account, id),
      networks: clientNetworks(c),
    };
    return answer(c, await visitor.message(credential.secret, message, campaign, circumstances));
  },
);

widget.get(
  '/conversations/:id/entries',
  by('visitor'),
  asks(RangeQuery),
  tells('A part of their own transcript', Range),
  async (c) => {
    const visitor = await visitorWith(c, c.req.param('id'));
    if (isRefusal(visitor)) return refused(c, visitor);
    const query = c.req.valid('query');
    const conversation = conversationStub(c.env, visitor.account, c.req.param('id'));
    const range = await conversation.range('visitor', query.before, query.limit ?? maxRange);
    return typeof range === 'string'
      ? c.body(range, 200, { 'Content-Type': 'application/json' })
      : refused(c, range);
  },
);

widget.get(
  '/conversations/:id/socket',
  speaks,
  by('visitor'),
  tells('A socket on their own conversation'),
  async (c) => {
    const visitor = await visitorWith(c, c.req.param('id'));
    if (isRefusal(visitor)) return refused(c, visitor);
    return handOver(c, conversationStub(c.env, visitor.account, c.req.param('id')), visitor);
  },
);

// Anybody may listen: it tells what the site's own button tells. V12 keeps other pages out, the address whoever comes too often.
widget.get(
  '/lobby/socket',
  speaks,
  by('anybody'),
  tells('A socket on whether a visitor finds somebody'),
  async (c) => {
    const id = check(SiteId, c.req.query('site'));
    const site = isRefusal(id) ? id : await siteOf(c, id);
    if (isRefusal(site)) return refused(c, site);
    if (!site.campaign) return refused(c, refuse('not_found'));
    const flood = await flooding(c.env, 'lobby', clientNetwork(c));
    if (flood) return refused(c, flood);
    const { account, campaign } = site;
    const name = `${account}:${campaign.id}`;
    return showIn(c, lobbyStub(c.env, account, campaign.id), name, clientNetworks(c));
  },
);

/** The visitor, where the conversation is theirs. Of another's they learn as much as of one that isn't there. */
async function visitorWith(c: Exchange, conversation: string): Promise<VisitorPrincipal | Refusal> {
  const visitor = await visitorOf(c);
  if (isRefusal(visitor)) return visitor;
  if (isRefusal(check(ConversationId, conversation))) return refuse('not_found');
  const theirs = await visitorStub(c.env, visitor.account, visitor.id).owns(conversation);
  const resource = theirs ? { account: visitor.account, visitor: visitor.id } : { account: visitor.account };
  return can(visitor, 'conversation.follow', resource) ? visitor : refuse('not_found');
}

/** The text that the page's developer reads in the browser's console. */
function remedyFor(origin: string): string {
  const page = origin === 'null' ? 'A page without an origin, such as a file,' : origin.slice(0, 200);
  return `${page} is not an allowed origin of this website. Add it in Parley's console, under Websites.`;
}

/** The origin of the page that asks. A browser leaves it out where the page is of our own origin. */
function pageOrigin(c: Exchange): string {
  const stated = c.req.header('Origin');
  if (stated !== undefined) return stated;
  return c.req.header('Sec-Fetch-Site') === 'same-origin' ? new URL(c.req.url).origin : 'null';
}
