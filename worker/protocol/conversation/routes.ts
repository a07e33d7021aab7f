/** The routes of conversations: sockets, history, transfers, the routing log (CON-1, HIS-1, TAK-1, TRF-1, DEC-1). */
import { ConversationId } from '../base/ids.ts';
import { Done, route, socket } from '../base/route.ts';
import { AnswerOffer, Assign, DecisionsList, Destinations, Taken, Transfer } from '../routing/routing.ts';
import {
  ConversationsPage,
  ConversationsQuery,
  Earlier,
  EarlierQuery,
  HistoryState,
  RangeQuery,
  TranscriptPart,
} from './history.ts';

const params = { id: ConversationId };

export const list = route('GET /api/conversations', {
  right: 'conversation.history',
  summary: 'Returns a page of the account’s conversations, newest first',
  query: ConversationsQuery,
  answer: ConversationsPage,
});

export const get = route('GET /api/conversations/:id', {
  right: 'conversation.history',
  summary: 'Returns the state of a conversation from the history',
  params,
  answer: HistoryState,
});

export const entries = route('GET /api/conversations/:id/entries', {
  right: 'conversation.history',
  summary: 'Returns a part of a conversation’s transcript',
  params,
  query: RangeQuery,
  answer: TranscriptPart,
});

export const follow = route('GET /api/conversations/:id/socket', {
  right: 'conversation.follow',
  summary: 'Opens an agent’s socket on a conversation',
  params,
  answer: socket,
});

export const earlier = route('GET /api/conversations/:id/earlier', {
  right: 'conversation.follow',
  summary: 'Lists the visitor’s other conversations that the agent may see',
  params,
  answer: Earlier,
});

export const earlierEntries = route('GET /api/conversations/:id/earlier/entries', {
  right: 'conversation.follow',
  summary: 'Returns a part of the transcript of another conversation of the visitor',
  params,
  query: EarlierQuery,
  answer: TranscriptPart,
});

export const take = route('POST /api/conversations/:id/take', {
  right: 'conversation.take',
  summary: 'Takes a conversation: the agent becomes its owner',
  params,
  answer: Taken,
});

export const accept = route('POST /api/conversations/:id/accept', {
  right: 'conversation.take',
  summary: 'Accepts an offer',
  params,
  body: AnswerOffer,
  answer: Taken,
});

export const decline = route('POST /api/conversations/:id/decline', {
  right: 'conversation.take',
  summary: 'Declines an offer, or withdraws one that the agent made',
  params,
  body: AnswerOffer,
  answer: Done,
});

export const transfer = route('POST /api/conversations/:id/transfer', {
  right: 'conversation.take',
  summary: 'Transfers a conversation to an agent, a group or a campaign',
  params,
  body: Transfer,
  answer: Taken,
});

export const assign = route('POST /api/conversations/:id/assign', {
  right: 'conversation.assign',
  summary: 'Assigns a conversation to any agent without an offer, the caller included',
  params,
  body: Assign,
  answer: Taken,
});

export const decisions = route('GET /api/conversations/:id/decisions', {
  right: 'conversation.follow',
  summary: 'Returns the routing log of a conversation',
  params,
  answer: DecisionsList,
});

export const destinations = route('GET /api/destinations', {
  right: 'conversation.take',
  summary: 'Lists the groups and campaigns to which a conversation can be transferred',
  answer: Destinations,
});
