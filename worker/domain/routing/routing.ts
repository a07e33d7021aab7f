/**
 * Chooses the agent for a conversation: a function of the routing levels, the present agents, the agents who already
 * had their chance, the last turn on each level, and chance. It returns the reason for each agent who was passed over.
 */
import type { ConversationType, Level, Limit, Method, Role, Routing, Status } from '#protocol';
import { receives } from '../people/status.ts';

/** An agent as the floor knows them. */
export interface RoutedAgent {
  readonly id: string;
  readonly status: Status;
  readonly connected: boolean;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  readonly limits: Readonly<Record<ConversationType, Limit>>;
  /** Their load, reserved capacity included. */
  readonly load: Readonly<Record<ConversationType, number>>;
  /** They have a pending offer. */
  readonly offered: boolean;
  /** When they last received a conversation, in milliseconds; 0 if never. */
  readonly givenAt: number;
}

/** An agent who declined, missed or returned the conversation, or did not reply in it. */
export interface Chance {
  readonly agent: string;
  readonly why: 'declined' | 'expired' | 'no_reply' | 'returned';
  readonly at: number;
  /** The routing level through which they had it. */
  readonly level: string;
}

/** A conversation that needs an agent. */
export interface Wanting {
  readonly type: ConversationType;
  readonly routing: Routing;
  /** It was transferred to this group, or to the campaign whose levels these are. */
  readonly transferred: { readonly group?: string } | null;
  readonly chances: readonly Chance[];
}

/** Why an agent was not chosen. */
export type Reason =
  /** They are not an agent: supervisors and administrators are not asked. */
  | 'not_agent'
  /** They have no live tab. */
  | 'away'
  /** Their status receives none of this type. */
  | 'status'
  /** They have no capacity left. */
  | 'full'
  /** They have another pending offer. */
  | 'considering'
  /** They had their chance a moment ago. */
  | 'had_chance'
  /** They had capacity, but an earlier level, or an agent without a chance yet, comes first. */
  | 'later'
  /** They had capacity, but the level's method chose another. */
  | 'method';

export interface PassedOver {
  readonly agent: string;
  readonly level: string;
  readonly why: Reason;
}

export interface Choice {
  readonly agent: string | null;
  /** The routing level through which; empty if every agent is asked. */
  readonly level: { readonly id: string; readonly title: string } | null;
  readonly passedOver: readonly PassedOver[];
  /** When an agent who had their chance may be asked again, if only that delay prevents a choice. */
  readonly retryAt: number | null;
}

/**
 * A conversation that this many agents lost because they did not reply in time is no longer assigned: it waits in the
 * queue until an agent takes it, and supervisors are alerted.
 */
export const passLimit = 3;

/**
 * The least time before an agent who had their chance is asked again, in milliseconds, and only if no other agent has
 * capacity.
 */
export const askAgainAfter = 30_000;

/**
 * The levels for a transfer to a group, and for a campaign without levels. No stored level can have their ids:
 * otherwise one called `all` would ask everybody.
 */
const implicit: Omit<Level, 'id'> = { title: '', users: [], groups: [], method: 'least_chats' };
export const everybody: Level = { ...implicit, id: '~all' };
export const forwardingId = '~forwarding';
const groupId = '~group';

interface Seat {
  readonly agent: RoutedAgent;
  readonly level: Level;
  readonly levelIndex: number;
  /** 0: no chance yet. 1: on a level that is to be left. 2: had a chance. */
  readonly round: number;
}

/**
 * Chooses an agent. `turns` has the last agent chosen on each level, by the level's id; `random` is evenly from 0 to 1
 * and is called once.
 */
export function choose(
  wanting: Wanting,
  agents: readonly RoutedAgent[],
  turns: ReadonlyMap<string, string>,
  now: number,
  random: () => number,
): Choice {
  const seats = seatsOf(wanting, agents);
  const passedOver: PassedOver[] = [];
  const free: Seat[] = [];
  let retryAt: number | null = null;
  for (const seat of seats) {
    const why = hindrance(seat.agent, wanting, now);
    if (why === null) free.push(seat);
    else passedOver.push({ agent: seat.agent.id, level: seat.level.id, why });
    if (why === 'had_chance') {
      const at = (lastChance(wanting, seat.agent)?.at ?? now) + askAgainAfter;
      retryAt = Math.min(retryAt ?? at, at);
    }
  }
  const first = Math.min(...free.map(rank));
  const contenders = free.filter((seat) => rank(seat) === first);
  const level = contenders[0]?.level ?? null;
  const chosen =
    level &&
    pick(
      level.method,
      contenders.map(({ agent }) => agent),
      wanting.type,
      turns.get(level.id),
      random,
    );
  for (const seat of free) {
    if (seat.agent === chosen) continue;
    const why = rank(seat) === first ? 'method' : 'later';
    passedOver.push({ agent: seat.agent.id, level: seat.level.id, why });
  }
  return {
    agent: chosen?.id ?? null,
    level: chosen && level ? { id: level.id, title: level.title } : null,
    passedOver,
    retryAt: chosen ? null : retryAt,
  };
}

/**
 * Rounds before levels: an agent without a chance on a later level comes before one with a chance on an earlier level.
 */
const rank = ({ round, levelIndex }: Seat): number => round * 1_000 + levelIndex;

/** The levels that are asked, in order. */
export function levelsFor({ routing, transferred }: Pick<Wanting, 'routing' | 'transferred'>): Level[] {
  if (transferred?.group !== undefined) return [{ ...implicit, id: groupId, groups: [transferred.group] }];
  const { forwarding, levels } = routing;
  const own = levels.length > 0 ? levels : [everybody];
  if (!transferred || !forwarding.enabled) return [...own];
  const { users, groups, method } = forwarding;
  return [{ id: forwardingId, title: '', users, groups, method }, ...own];
}

/** True if a level asks the agent. */
export function asks({ id, users, groups }: Level, agent: Pick<RoutedAgent, 'id' | 'groups'>): boolean {
  if (id === everybody.id || setOf(users).has(agent.id)) return true;
  return agent.groups.some((group) => groups.includes(group));
}

/** Cached: a level's users, maybe hundreds, are looked up again and again, and their list is never mutated. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>();
function setOf(list: readonly string[]): ReadonlySet<string> {
  let set = sets.get(list);
  if (!set) sets.set(list, (set = new Set(list)));
  return set;
}

/**
 * All agents on the levels, each on the first level that asks them. Every account runs this on every event, so it
 * allocates little.
 */
function seatsOf(wanting: Wanting, agents: readonly RoutedAgent[]): Seat[] {
  const { chances, routing } = wanting;
  const levels = levelsFor(wanting);
  const had = new Set(chances.map(({ agent }) => agent));
  const left = new Set(
    routing.leaveLevel ? chances.flatMap(({ why, level }) => (why === 'no_reply' ? [level] : [])) : [],
  );
  const seats: Seat[] = [];
  for (const agent of agents) {
    let best: Seat | undefined;
    for (const [levelIndex, level] of levels.entries()) {
      if (!asks(level, agent)) continue;
      const round = had.has(agent.id) ? 2 : left.has(level.id) ? 1 : 0;
      const seat = { agent, level, levelIndex, round };
      if (!best || rank(seat) < rank(best)) best = seat;
    }
    if (best) seats.push(best);
  }
  return seats;
}

function hindrance(agent: RoutedAgent, wanting: Wanting, now: number): Reason | null {
  if (!agent.roles.includes('agent')) return 'not_agent';
  if (!agent.connected) return 'away';
  if (!receives(agent.status, wanting.type)) return 'status';
  if (spaceOf(agent, wanting.type) <= 0) return 'full';
  if (agent.offered) return 'considering';
  const chance = lastChance(wanting, agent);
  return chance && now < chance.at + askAgainAfter ? 'had_chance' : null;
}

function lastChance(wanting: Wanting, { id }: RoutedAgent): Chance | undefined {
  return wanting.chances.findLast(({ agent }) => agent === id);
}

/** The capacity left; infinite without a limit. */
export function spaceOf(
  { limits, load }: Pick<RoutedAgent, 'limits' | 'load'>,
  type: ConversationType,
): number {
  return (limits[type] ?? Infinity) - load[type];
}

/** Longest without a new conversation first; ids make it a total order, so that a decision is repeatable. */
const byIdle = (a: RoutedAgent, b: RoutedAgent) => a.givenAt - b.givenAt || byId(a, b);
const byId = (a: RoutedAgent, b: RoutedAgent) => (a.id < b.id ? -1 : 1);

function pick(
  method: Method,
  agents: readonly RoutedAgent[],
  type: ConversationType,
  last: string | undefined,
  random: () => number,
): RoutedAgent | undefined {
  switch (method) {
    case 'random': {
      const sorted = [...agents].sort(byId);
      return sorted[Math.min(Math.floor(random() * sorted.length), sorted.length - 1)];
    }
    case 'sequentially': {
      const later = agents.filter(({ id }) => last === undefined || id > last);
      return (later.length > 0 ? later : agents).reduce((a, b) => (byId(a, b) < 0 ? a : b));
    }
    case 'least_chats':
      return best(agents, (agent) => agent.load[type]);
    case 'most_chats':
      return best(agents, (agent) => -agent.load[type]);
    case 'most_space': {
      const most = Math.max(...agents.map((agent) => spaceOf(agent, type)));
      const roomiest = agents.filter((agent) => spaceOf(agent, type) === most);
      return best(roomiest, (agent) => -(agent.limits[type] ?? Infinity));
    }
  }
}

/** The agents with the lowest value; of these, the longest idle. */
function best(agents: readonly RoutedAgent[], of: (agent: RoutedAgent) => number): RoutedAgent | undefined {
  const least = Math.min(...agents.map(of));
  return agents.filter((agent) => of(agent) === least).reduce((a, b) => (byIdle(a, b) < 0 ? a : b));
}
