/** The routes of sites, and those that a site's widget uses (SIT-1, VIS-1, MSG-1, CON-1, SET-1, LOB-1). */
import * as v from 'valibot';
import { SiteId } from '../base/ids.ts';
import { Done, route, socket } from '../base/route.ts';
import { WidgetConfig } from '../campaigns/campaign.ts';
import { Range } from '../conversation/frames.ts';
import { RangeQuery } from '../conversation/history.ts';
import { Site, SiteBody, SitesList } from './site.ts';
import { NoVisitor, OpenVisitorSession, StartConversation, Started, VisitorSession } from './visitor.ts';

export const list = route('GET /api/sites', {
  right: 'settings.read',
  summary: 'Lists the account’s sites',
  answer: SitesList,
});

export const add = route('POST /api/sites', {
  right: 'settings.write',
  summary: 'Adds a site',
  body: SiteBody,
  answer: Site,
});

export const change = route('PATCH /api/sites/:id', {
  right: 'settings.write',
  summary: 'Changes a site',
  params: { id: SiteId },
  body: SiteBody,
  answer: Site,
});

/* The widget. Its handlers check ids in addresses and queries themselves, after setting headers or the credential. */

const anyText = v.string();
const SiteQuery = v.object({ site: v.optional(anyText) });

export const widgetConfig = route('GET /api/widget/config', {
  right: 'anybody',
  summary: 'Returns the configuration of a site’s widget',
  query: SiteQuery,
  answer: WidgetConfig,
});

export const openSession = route('POST /api/widget/session', {
  right: 'anybody',
  summary: 'Creates a visitor',
  body: OpenVisitorSession,
  answer: VisitorSession,
});

export const getSession = route('GET /api/widget/session', {
  right: 'visitor',
  summary: 'Returns the visitor and their conversations',
  query: SiteQuery,
  answer: v.union([VisitorSession, NoVisitor]),
});

export const endSession = route('DELETE /api/widget/session', {
  right: 'anybody',
  summary: 'Signs the visitor out',
  query: SiteQuery,
  answer: Done,
});

export const sendMessage = route('POST /api/widget/messages', {
  right: 'visitor',
  summary: 'Sends a message; opens a conversation for it if none is open',
  body: StartConversation,
  answer: Started,
});

export const visitorEntries = route('GET /api/widget/conversations/:id/entries', {
  right: 'visitor',
  summary: 'Returns a part of the transcript of the visitor’s own conversation',
  params: { id: anyText },
  query: v.object({ ...SiteQuery.entries, ...RangeQuery.entries }),
  answer: Range,
});

export const visitorSocket = route('GET /api/widget/conversations/:id/socket', {
  right: 'visitor',
  summary: 'Opens a socket on the visitor’s own conversation',
  params: { id: anyText },
  query: SiteQuery,
  answer: socket,
});

export const lobbySocket = route('GET /api/widget/lobby/socket', {
  right: 'anybody',
  summary: 'Opens a socket that reports the availability of a site’s agents',
  query: SiteQuery,
  answer: socket,
});
