/**
 * A campaign's availability to visitors (F20, F96, F150): a function of the routing levels and the present agents. The
 * assignment makes no difference: agents who take chats by hand count in the same way.
 */
import type { Availability } from '#protocol';
import { receives } from '../people/status.ts';
import { asks, levelsFor, spaceOf, type RoutedAgent, type Wanting } from '../routing/routing.ts';

/** The situation for a visitor without a conversation: the agents' availability, and whether the queue is full. */
export interface Situation {
  readonly state: Availability;
  /** The campaign has reached its cap of waiting conversations. */
  readonly full: boolean;
}

export type PresentAgent = Pick<
  RoutedAgent,
  'id' | 'status' | 'connected' | 'roles' | 'groups' | 'limits' | 'load'
>;

/** True if an agent serves visitors: Invisible, Dinner and the breaks are visible only to colleagues (F13). */
export function receivesVisitors({ roles, connected, status }: PresentAgent): boolean {
  return roles.includes('agent') && connected && receives(status, 'live');
}

/** The availability to a queue, from the agents of its levels. A pending offer uses capacity like a chat. */
export function availabilityOf(
  queue: Pick<Wanting, 'routing' | 'transferred'>,
  agents: readonly PresentAgent[],
): Availability {
  const levels = levelsFor(queue);
  const here = agents.filter(
    (agent) => receivesVisitors(agent) && levels.some((level) => asks(level, agent)),
  );
  if (here.length === 0) return 'away';
  return here.some((agent) => spaceOf(agent, 'live') > 0) ? 'available' : 'busy';
}
