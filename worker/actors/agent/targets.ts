/** The followers of an agent's log: the floor, and the time table in D1. */
import { intervalsOf, noActivity, type Activity, type Interval } from '#domain/people/activity';
import { writeActivity } from '../../db/activity.ts';
import { Followers, type Follower } from '../../runtime/followers.ts';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { AgentNote } from '../dispatcher/floor.ts';
import type { Env } from '../env.ts';
import { dispatcherStub } from '../stubs.ts';
import type { Member } from './member.ts';
import type { Standing } from './standing.ts';
import { foldVersion, isActivity, type AgentEntry, type AgentRegisters, type Folded } from './storage.ts';

/** Both followers, with their real targets. */
export function followersOf(
  host: Host,
  env: Env,
  standing: Standing,
  member: Member,
  registers: Registers<AgentRegisters>,
): Followers {
  const account = () => member.user.account.id;
  const floor = floorFollower(standing, member, async (agent, head) => {
    await dispatcherStub(env, account()).agentNoted(agent, head);
  });
  const activity = activityFollower(host, standing, registers, (intervals) =>
    writeActivity(env.DB, account(), member.user.id, intervals),
  );
  return new Followers(
    host,
    [floor, activity],
    { cursors: registers.get('cursors'), head: standing.log.head },
    (cursors) => registers.set('cursors', cursors),
  );
}

/** Changes are collected for this time, in milliseconds: a sign-in is three entries and one write. */
const activityWindow = 4_000;
/** The most entries in one write: each interval is a statement of its own. */
const entriesAtOnce = 200;

/** An agent as the floor stores them. */
export function noteOf(standing: Standing, member: Member): AgentNote {
  const { id, name: fullName, groups, roles, limits, photo, showsPhoto } = member.user;
  const { status, since, connected, deleted } = standing.state;
  const shown = photo && { photo, ...(showsPhoto && { shownPhoto: photo }) };
  const known = { id, name: member.shownName, fullName, ...shown, groups, roles, limits };
  return { ...known, status, since, connected, ...(deleted && { deleted }) };
}

/** Sends the floor the agent's current data; `write` may be called twice with the same. */
export function floorFollower(
  standing: Standing,
  member: Member,
  write: (agent: AgentNote, seq: number) => Promise<void>,
): Follower {
  const { log } = standing;
  return {
    name: 'floor',
    version: 1,
    from: 'start',
    due: (cursor) => (log.head > cursor ? 0 : null),
    async push() {
      const { head } = log;
      await write(noteOf(standing, member), head);
      return head;
    },
  };
}

/** Records what the agent was at which time (F21); `write` may be called twice with the same. */
export function activityFollower(
  host: Host,
  { log }: Standing,
  registers: Registers<AgentRegisters>,
  write: (intervals: readonly Interval[]) => Promise<void>,
): Follower {
  const none: Folded<Activity> = { version: foldVersion, upTo: 0, value: noActivity };
  let since = { cursor: -1, at: 0 };
  const fold = (after: number, upTo: number, before: Activity) =>
    intervalsOf(
      log
        .read(after, upTo)
        .map(({ entry }) => JSON.parse(entry) as AgentEntry)
        .filter(isActivity),
      before,
    );
  return {
    name: 'activity',
    version: 1,
    from: 'start',
    due(cursor) {
      if (log.head <= cursor) return null;
      if (since.cursor !== cursor) since = { cursor, at: log.get(cursor + 1)?.at ?? 0 };
      // A clock that was set back must not delay it for ever.
      return Math.min(since.at, host.now()) + activityWindow;
    },
    async push(cursor) {
      const upTo = Math.min(log.head, cursor + entriesAtOnce);
      const kept = registers.get('activity');
      const known = kept?.version === foldVersion && kept.upTo <= cursor ? kept : none;
      const { activity: before } = fold(known.upTo, cursor, known.value);
      const { activity, intervals } = fold(cursor, upTo, before);
      if (intervals.length > 0) await write(intervals);
      registers.set('activity', { version: foldVersion, upTo, value: activity });
      return upTo;
    },
  };
}
