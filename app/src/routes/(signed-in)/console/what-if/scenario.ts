/** A campaign with its current and with changed settings, as scenarios of a day. */
import { closing, opening } from '#domain/routing/days';
import type { Arrival, Handing, Scenario, SimulatedAgent } from '#domain/routing/simulate';
import type { Account, Method, Routing, User } from '#protocol';

/** The differences from the current settings; null where there are none. */
export interface Change {
  method: Method | '';
  limit: number | null;
  agents: number;
  forwardAfter: number | null;
}

/** An assumption about agents who answer offers, as long as it is not measured. */
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
  const agents = Array.from({ length: users.length > 0 ? count : 0 }, (_, index): SimulatedAgent => {
    const model = users[index % users.length];
    const more = Math.floor(index / users.length);
    return {
      id: more > 0 ? copied(model?.id ?? '', more) : (model?.id ?? ''),
      name: model?.name ?? '',
      groups: model?.groups ?? [],
      limits: { live: change?.limit ?? model?.limits.live ?? null, nrt: model?.limits.nrt ?? null },
      shifts,
    };
  });
  // An added agent is on the same levels as the agent from whom they are copied.
  const rounds = Math.ceil(count / Math.max(1, users.length));
  const levels = routing.levels.map((level) => ({
    ...level,
    method: change?.method || level.method,
    users: level.users.flatMap((id) => [
      id,
      ...Array.from({ length: Math.max(0, rounds - 1) }, (_, more) => copied(id, more + 1)),
    ]),
  }));
  // Without levels the routing has a single one, with the method "fewest chats": another method needs an explicit
  // level.
  const everybody = { id: 'one', title: 'one', users: agents.map(({ id }) => id), groups: [] };
  const said = levels.length === 0 && change?.method ? [{ ...everybody, method: change.method }] : levels;
  const forwardAfter = change?.forwardAfter ?? routing.forwardAfter;
  return { arrivals, agents, routing: { ...routing, levels: said, forwardAfter }, handing };
}

const copied = (id: string, more: number) => `${id}+${more}`;
