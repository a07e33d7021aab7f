/**
 * The visitor's routes: the widget's configuration, the visitor's session, and their conversations (SIT-1, VIS-1,
 * MSG-1, CON-1).
 */
import { can } from '#domain/people/rights';
import { originAllowed } from '#domain/sites/origins';
import {
  check,
  ConversationId,
  conversationSettingsOf,
  isRefusal,
  maxRange,
  refuse,
  SiteId,
  siteRoutes,
  widgetSettingsOf,
  type Range,
  type Refusal,
} from '#protocol';
import { m } from '#words/worker';
import { Hono } from 'hono';
import { networkWait } from '../../actors/limits.ts';
import { conversationStub, lobbyStub, visitorStub } from '../../actors/stubs.ts';
import { clientNetwork, clientNetworks, flooding } from '../serving/address.ts';
import type { Bound, Exchange } from '../serving/exchange.ts';
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
import { serve, Written } from '../serving/serve.ts';
import { handOver, showIn } from '../serving/socket.ts';
import { availabilityAt, isQueueFull } from './availability.ts';
import { siteOf } from './site-lookup.ts';

export const widget = new Hono<Bound>();

widget.use(siteRoutes.widgetConfig.path, spoken);
serve(widget, siteRoutes.widgetConfig, async (c, { query }) => {
  // A refusal contains no secret. A loader that cannot read it takes it for a network failure, and retries for ever.
  c.header('Access-Control-Allow-Origin', '*');
  c.header('Cross-Origin-Resource-Policy', 'cross-origin');
  const id = check(SiteId, query.site);
  const site = isRefusal(id) ? id : await siteOf(c, id);
  if (isRefusal(site)) return site;
  const origin = pageOrigin(c);
  c.header('Vary', 'Origin');
  if (!originAllowed(origin, site.origins)) return refuse('wrong_origin', { message: remedyFor(origin) });
  c.header('Access-Control-Allow-Origin', origin);
  if (!site.campaign) return refuse('not_found');
  const settings = widgetSettingsOf(site.campaign.settings);
  const label = m.chat({}, { locale: languageOf(c) });
  const campaign = site.campaign.id;
  const availability = await availabilityAt(c.env, site.account, campaign);
  return { site: site.id, campaign, label, availability, settings };
});

serve(widget, siteRoutes.openSession, async (c, { body }) => {
  const flood = await flooding(c.env, 'session', clientNetwork(c));
  if (flood) return flood;
  const site = await siteOf(c, body.site);
  if (isRefusal(site)) return site;
  const networks = clientNetworks(c);
  const retryAfter = networks.length > 0 ? await networkWait(c.env, 'newVisitors', networks) : 0;
  if (retryAfter > 0) return refuse('too_many_chats', { retryAfter });
  const id = newId('visitor');
  const visitor = visitorStub(c.env, site.account, id);
  const { secret } = await visitor.open(site.account, id, site.id);
  const token = [site.account, id, secret].join('.');
  keepVisitor(c, site.id, token);
  const session = await visitor.session();
  return isRefusal(session) ? session : { ...session, token };
});

serve(widget, siteRoutes.getSession, async (c, { query: { site } }) => {
  // On a first visit there is no visitor yet. A refusal would be an error in the console of the site's page.
  if (visitorToken(c, site) === undefined) return { visitor: null };
  const given = visitorCredential(c, site);
  if (isRefusal(given)) return given;
  const resumed = await visitorStub(c.env, given.account, given.id).resume(given.secret, site);
  if (isRefusal(resumed)) return resumed;
  if (resumed.secret === undefined) return resumed.session;
  const token = [given.account, given.id, resumed.secret].join('.');
  keepVisitor(c, resumed.site, token);
  // A page's script receives the credential only if it already sends it.
  return { ...resumed.session, ...(carriesToken(c) && { token }) };
});

serve(widget, siteRoutes.endSession, async (c, { query }) => {
  const site = check(SiteId, query.site);
  if (isRefusal(site)) return site;
  const given = visitorCredential(c, site);
  if (!isRefusal(given)) await visitorStub(c.env, given.account, given.id).end(given.secret, site);
  forgetVisitor(c, site);
  return {};
});

serve(widget, siteRoutes.sendMessage, async (c, { body: message }) => {
  const credential = visitorCredential(c, message.site);
  if (isRefusal(credential)) return credential;
  const site = await siteOf(c, message.site);
  if (isRefusal(site)) return site;
  // The credential belongs to one site. On another site the visitor is a new one.
  if (site.account !== credential.account) return refuse('signed_out');
  if (!site.campaign) return refuse('not_found');
  const { id, name, settings } = site.campaign;
  const { messageEditMinutes: editMinutes } = site;
  const campaign = { id, name, ...conversationSettingsOf(settings), ...(editMinutes > 0 && { editMinutes }) };
  // A first message costs one call to an actor: the visitor's, which checks the credential and decides.
  const visitor = visitorStub(c.env, credential.account, credential.id);
  const circumstances = {
    queueFull: await isQueueFull(c, site.account, id),
    networks: clientNetworks(c),
  };
  return visitor.message(credential.secret, message, campaign, circumstances);
});

serve(widget, siteRoutes.visitorEntries, async (c, { params: { id }, query }) => {
  const visitor = await visitorWith(c, id);
  if (isRefusal(visitor)) return visitor;
  const conversation = conversationStub(c.env, visitor.account, id);
  const range = await conversation.range('visitor', query.before, query.limit ?? maxRange);
  return typeof range === 'string' ? new Written<Range>(range) : range;
});

serve(widget, siteRoutes.visitorSocket, async (c, { params: { id } }) => {
  const visitor = await visitorWith(c, id);
  return isRefusal(visitor) ? visitor : handOver(c, conversationStub(c.env, visitor.account, id), visitor);
});

// Public: it sends only what the site's own button shows. REQ-2 refuses other pages; the client's network limits the
// requests.
serve(widget, siteRoutes.lobbySocket, async (c, { query }) => {
  const id = check(SiteId, query.site);
  const site = isRefusal(id) ? id : await siteOf(c, id);
  if (isRefusal(site)) return site;
  if (!site.campaign) return refuse('not_found');
  const flood = await flooding(c.env, 'lobby', clientNetwork(c));
  if (flood) return flood;
  const { account, campaign } = site;
  const name = `${account}:${campaign.id}`;
  return showIn(c, lobbyStub(c.env, account, campaign.id), name, clientNetworks(c));
});

/**
 * The visitor, if the conversation is theirs. Another visitor's conversation gets the same answer as a missing one.
 */
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

/** The origin of the page that sent the request. Browsers omit it if the page has our own origin. */
function pageOrigin(c: Exchange): string {
  const stated = c.req.header('Origin');
  if (stated !== undefined) return stated;
  return c.req.header('Sec-Fetch-Site') === 'same-origin' ? new URL(c.req.url).origin : 'null';
}
