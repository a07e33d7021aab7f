/**
 * Whether a visitor finds somebody (F20, F96, F150): a function of the routing levels and the agents as they are. How conversations
 * reach agents makes no difference to it: whoever takes by hand is asked for in the same way.
 */
import type { Availability } from '#protocol';
import { receives } from '../people/status.ts';
import { asks, levelsFor, spaceOf, type RoutedAgent, type Wanting } from '../routing/routing.ts';

/** What a visitor without a conversation finds: agents, and a place in the queue. */
export interface Situation {
  readonly state: Availability;
  /** As many conversations wait as may wait. */
  readonly full: boolean;
}

export type PresentAgent = Pick<
  RoutedAgent,
  'id' | 'status' | 'connected' | 'roles' | 'groups' | 'limits' | 'load'
>;

/** True of those whom a visitor finds at all: Invisible, Dinner and the breaks are for colleagues to see (F13). */
export function receivesVisitors({ roles, connected, status }: PresentAgent): boolean {
  return roles.includes('agent') && connected && receives(status, 'live');
}

/** Judges a line, from those of its levels. An offer that stands before somebody fills a place like a chat. */
export function availabilityOf(
  line: Pick<Wanting, 'routing' | 'transferred'>,
  agents: readonly PresentAgent[],
): Availability {
  const levels = levelsFor(line);
  const here = agents.filter(
    (agent) => receivesVisitors(agent) && levels.some((level) => asks(level, agent)),
  );
  if (here.length === 0) return 'away';
  return here.some((agent) => spaceOf(agent, 'live') > 0) ? 'available' : 'busy';
}
