/** Builds the parts of an agent and connects them. The sockets of the tabs are the Durable Object's. */
import { lease, type Status, type StatusFrame } from '#protocol';
import { Alarm } from '../../runtime/alarm.ts';
import type { Followers } from '../../runtime/followers.ts';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { Env } from '../env.ts';
import { Uploads } from '../files/uploads.ts';
import { conversationStub } from '../stubs.ts';
import { Attached } from './attached.ts';
import { changesBetween } from './changes.ts';
import { isInDraft } from './draft-table.ts';
import { Member } from './member.ts';
import { Presence } from './presence.ts';
import { Standing } from './standing.ts';
import type { AgentRegisters } from './storage.ts';
import { followersOf } from './targets.ts';

/** Everything that exists once the agent has signed in for the first time. */
export interface Awake {
  readonly standing: Standing;
  readonly attached: Attached;
  readonly followers: Followers;
  readonly alarm: Alarm;
  readonly presence: Presence;
  readonly member: Member;
  readonly uploads: Uploads;
}

/** The sockets, as far as the parts need them. */
export interface Sockets {
  /** The status has changed. */
  moved(before: Status, frame: StatusFrame): void;
  /** Whether a session has a live tab. */
  inUse(session: string): boolean;
  /** Closes a session's sockets, wherever they are. */
  close(session: string): Promise<void>;
}

export function assemble(
  host: Host,
  registers: Registers<AgentRegisters>,
  env: Env,
  sockets: Sockets,
): Awake {
  const arm = () => alarm.arm();
  const standing = new Standing(host, registers, {
    written: () => {
      followers.kick();
      arm();
    },
    moved: (before, frame) => sockets.moved(before, frame),
  });
  const member: Member = new Member(host.sql, registers, host, env, {
    ended: () => leaveIfOut({ member, standing, presence }),
    changed: (before, user) => {
      for (const entry of before ? changesBetween(before, user) : []) standing.append(entry);
    },
    exists: (does) => {
      const { log, state } = standing;
      // A user who never signed in is not on the floor.
      if (log.head === 0 || does !== state.deleted) return;
      standing.append({ kind: does ? 'user.restored' : 'user.deleted' });
    },
    inUse: (session) => sockets.inUse(session),
    close: (session) => sockets.close(session),
    arm,
  });
  const followers = followersOf(host, env, standing, member, registers);
  const presence = new Presence(host, registers, {
    grace: Number(env.AGENT_GRACE_MS ?? 30_000),
    lease,
    connected: () => standing.state.connected,
    change: (connected) => standing.append({ kind: 'presence.changed', connected }),
    arm,
  });
  const attached = new Attached(host, {
    offline: () => standing.state.status === 'offline',
    signedIn: () => standing.state.signedIn,
    close: async (conversation, session, code) => {
      await conversationStub(env, member.user.account.id, conversation).revoke(session, code);
    },
    arm,
  });
  const uploads = new Uploads(host, {
    bucket: env.FILES,
    account: () => member.user.account.id,
    ofDay: null,
    holds: async (conversation, command) => {
      const { id, name, account } = member.user;
      return conversationStub(env, account.id, conversation).holds({ kind: 'agent', id, name }, command);
    },
    isKept: (file) => isInDraft(host.sql, file),
    changed: arm,
  });
  const alarm = new Alarm(host, [...followers.duties, presence, attached, ...member.duties, uploads]);
  followers.onSettled = () => alarm.settle();
  return { standing, attached, followers, alarm, presence, member, uploads };
}

/** Takes up what the agent was before the actor slept. */
export function resume({ standing, followers, presence, member }: Awake): void {
  if (standing.log.head === 0) return;
  // The log of an earlier version has no entries about sessions.
  if (member.signedIn) standing.enter(standing.state.status);
  else leaveIfOut({ member, standing, presence });
  followers.kick();
}

/** Some sessions have ended. With the last one, the agent leaves: no grace period for a deliberate end. */
function leaveIfOut({ member, standing, presence }: Pick<Awake, 'member' | 'standing' | 'presence'>): void {
  if (member.signedIn) return;
  standing.leave();
  presence.leaveNow();
}
