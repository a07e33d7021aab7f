/** The forum that a route names, the right to change it, and the notice of its changes. */
import { can } from '#domain/people/rights';
import { isRefusal, ownForum, refuse, type Refusal } from '#protocol';
import { dispatcherStub } from '../../actors/stubs.ts';
import type { Changed, Place } from '../../db/canned/change.ts';
import { getForum, type Acting } from '../../db/canned/forums.ts';
import type { Author } from '../../db/canned/responses.ts';
import { actOf } from '../serving/act.ts';
import { afterAnswer, type Exchange } from '../serving/exchange.ts';
import type { UserPrincipal } from '../serving/principal.ts';

/** Every id but the user's own addresses a forum of the account, so another user's own is not found. */
export function placeOf({ account, id }: UserPrincipal, forum: string): Place {
  return { account, forum, owner: forum === ownForum(id) ? id : null };
}

/** CAN-13: the forum whose responses the user may change. */
export async function writable(c: Exchange, user: UserPrincipal, forum: string): Promise<Place | Refusal> {
  const place = placeOf(user, forum);
  if (place.owner !== null || can(user, 'canned.write', { account: user.account })) return place;
  return refuse((await getForum(c.env.DB, place)) ? 'forbidden' : 'not_found');
}

export function actingOf(c: Exchange, user: UserPrincipal): Acting {
  return (kind, subject, changes) => actOf(c, user, kind, { subject, ...(changes && { changes }) });
}

export function authorOf(c: Exchange, user: UserPrincipal, { owner }: Place): Author {
  const { id, name, fullName = name } = user;
  return { id, name: fullName, acting: owner === null ? actingOf(c, user) : null };
}

/** Notifies the tabs after the change is stored (FLR-23). A tab that misses it asks again when it reconnects. */
export function notify(c: Exchange, { account, forum, owner }: Place, version: number | null): void {
  afterAnswer(c, dispatcherStub(c.env, account).forumChanged(forum, version, owner));
}

/** Notifies the tabs if something has changed, and returns the answer. */
export function told<T>(c: Exchange, place: Place, changed: Changed<T> | Refusal): T | Refusal {
  if (isRefusal(changed)) return changed;
  if (changed.version !== undefined) notify(c, place, changed.version);
  return changed.answer;
}
