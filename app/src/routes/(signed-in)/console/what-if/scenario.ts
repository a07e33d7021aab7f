/** A campaign as it is, and with something changed, as scenarios of a day. */
import { closing, opening } from '#domain/base/days';
import type { Arrival, Handing, Scenario, SimulatedAgent } from '#domain/routing/simulate';
import type { Account, Method, Routing, User } from '#protocol';

/** What differs from how it is; null where nothing does. */
export interface Change {
  method: Method | '';
  limit: number | null;
  agents: number;
  forwardAfter: number | null;
}

/** Of an agent who answers offers, as far as nobody has measured it. */
const accepts = 0.9;
const delay = 5_000;

export function handingOf({ assignment, offerSeconds }: Account): Handing {
  return assignment === 'offered'
    ? { how: 'offered', seconds: offerSeconds, accepts, delay }
    : { how: 'assigned' };
}

export function scenarioOf(
  arrivals: readonly Arrival[],
  users: readonly User[],
  routing: Routing,
  handing: Handing,
  change: Change | null,
): Scenario {
  const count = change?.agents ?? users.length;
  const first = arrivals.reduce((least, { at }) => Math.min(least, at), opening);
  const last = arrivals.reduce((most, { at }) => Math.max(most, at), closing);
  const shifts = [{ from: first, to: last, status: 'online' as const }];
  const agents = Array.from({ length: users.length > 0 ? count : 0 }, (_, place): SimulatedAgent => {
    const model = users[place % users.length];
    const more = Math.floor(place / users.length);
    return {
      id: more > 0 ? copied(model?.id ?? '', more) : (model?.id ?? ''),
      name: model?.name ?? '',
      groups: model?.groups ?? [],
      limits: { live: change?.limit ?? model?.limits.live ?? null, nrt: model?.limits.nrt ?? null },
      shifts,
    };
  });
  // Whoever is added stands beside the one they were made after, on every level.
  const rounds = Math.ceil(count / Math.max(1, users.length));
  const levels = routing.levels.map((level) => ({
    ...level,
    method: change?.method || level.method,
    users: level.users.flatMap((id) => [
      id,
      ...Array.from({ length: Math.max(0, rounds - 1) }, (_, more) => copied(id, more + 1)),
    ]),
  }));
  // Without levels there is one, by least chats: to change the method it has to be said.
  const everybody = { id: 'one', title: 'one', users: agents.map(({ id }) => id), groups: [] };
  const said = levels.length === 0 && change?.method ? [{ ...everybody, method: change.method }] : levels;
  const forwardAfter = change?.forwardAfter ?? routing.forwardAfter;
  return { arrivals, agents, routing: { ...routing, levels: said, forwardAfter }, handing };
}

const copied = (id: string, more: number) => `${id}+${more}`;
