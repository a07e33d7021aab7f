/**
 * Builds the parts of a dispatcher and connects them. Each part knows the others by what it is given here, and no
 * Durable Object.
 */
import { capsOf } from '#domain/base/caps';
import { thumbnailKey } from '#domain/files/names';
import { assists } from '#domain/people/status';
import type { FloorRow } from '#protocol';
import { getAccount } from '../../db/accounts.ts';
import { listCampaigns } from '../../db/campaigns.ts';
import { sweepFiles } from '../../db/canned/files.ts';
import { Alarm } from '../../runtime/alarm.ts';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { AgentNote } from '../contracts/dispatcher.ts';
import type { Env } from '../env.ts';
import { agentStub, conversationStub, handedOn, lobbyStub } from '../stubs.ts';
import { attachmentOf } from './attachment.ts';
import { Availabilities } from './availabilities.ts';
import type { Awake } from './awake.ts';
import { CannedFiles } from './canned-files.ts';
import { Completion } from './completion.ts';
import { Corrections, Reconciliation } from './duties.ts';
import { Floor } from './floor.ts';
import { Handing } from './handing.ts';
import { Ledger } from './ledger.ts';
import { Offers } from './offers.ts';
import { Positions } from './positions.ts';
import { Queue } from './queue.ts';
import { Records } from './records.ts';
import { Registry } from './registry.ts';
import { Router } from './router.ts';
import { forAgents, Rules } from './rules.ts';
import { Sight } from './sight.ts';
import type { DispatcherRegisters, Hold } from './storage.ts';

/** Takes the rows that the dispatcher has asked for. */
export interface Noting {
  conversation(row: FloorRow): void;
  agent(agent: AgentNote, seq: number): void;
}

export function assemble(
  host: Host,
  registers: Registers<DispatcherRegisters>,
  env: Env,
  account: string,
  noting: Noting,
): Awake {
  const conversation = (id: string) => conversationStub(env, account, id);
  const agent = (id: string) => agentStub(env, account, id);
  const arm = () => alarm.arm();

  const registry = new Registry(host.sql);
  const floor: Floor = new Floor(
    host,
    (socket) => sight.of(socket),
    (id) => ledger.load(id),
    (socket) => {
      const watcher = attachmentOf(socket);
      return { rules: rules.forAgents, offers: watcher ? offers.shownTo(watcher) : [] };
    },
  );
  floor.load();
  const ledger: Ledger = new Ledger(host.sql, (hold) => {
    floor.loadChanged(hold.agent);
    availabilities.agentChanged(hold.agent);
    router.holdChanged(hold);
    sight.holdChanged(hold);
    reconciliation.holdChanged(hold);
    corrections.touch(hold.agent);
  });
  const offers = new Offers(host, ledger);
  const records = new Records(host.sql, (id) => corrections.touch(id));
  const queue = new Queue();
  for (const row of floor.rows()) queue.put(row);
  const isFull = (campaign: string) => queue.waitingOf(campaign) >= capsOf(env).waitingPerCampaign;
  const positions = new Positions(registers, host, queue, {
    availability: (row) => availabilities.of(router.levelsOf(row)),
    tell: (id, waiting) => conversation(id).positionChanged(waiting),
    arm,
  });
  const rules: Rules = new Rules(registers, host, {
    read: async () => ({
      account: await getAccount(env.DB, account),
      campaigns: await listCampaigns(env.DB, account),
    }),
    changed: (before, after) => {
      if (before.sees !== after.sees) sight.ruleChanged();
      if (JSON.stringify(forAgents(before)) !== JSON.stringify(forAgents(after))) floor.resend();
      if (after.assignment === 'manual') router.withdrawAll();
      corrections.rulesChanged();
      router.route();
      availabilities.touch();
      arm();
    },
    arm,
  });
  const sight = new Sight(registers, host, floor, {
    rule: () => rules.now.sees,
    holders: (id) => ledger.holders(id),
    tell: (id, viewers) => conversation(id).restrict(viewers),
    arm,
  });
  const router: Router = new Router(
    host,
    { floor, ledger, queue, records, rules, offers },
    { ask: (hold) => handing.ask(hold), arm },
  );
  const handing = new Handing(host, { floor, ledger, records, rules, offers, router }, { conversation, arm });
  const availabilities: Availabilities = new Availabilities(registers, host, {
    agents: () => floor.agents().map((known) => ({ ...known, load: ledger.load(known.id) })),
    agent: (id) => {
      const known = floor.agent(id);
      return known && !known.deleted ? { ...known, load: ledger.load(id) } : undefined;
    },
    campaigns: () => rules.now.campaigns,
    isFull,
    tell: (campaign, said) => lobbyStub(env, account, campaign).tell(said),
    changed: () => positions.refresh(),
    arm,
  });
  // For changes that were missed before this dispatcher woke.
  availabilities.touch();

  /** Settles the capacity of an agent who is gone, or a reservation without an answer. */
  const reconcile = async (hold: Hold) => {
    if (hold.state === 'reserved') {
      await handing.reconcile(hold);
      return;
    }
    const status = floor.agent(hold.agent)?.status;
    const reason = status && !assists(status) ? 'offline' : 'vanished';
    await conversation(hold.conversation).unassign(hold.generation, reason);
  };
  /** Requests the row of a conversation or an agent. */
  const complete = async (id: string) => {
    if (floor.row(id)) {
      const row = handedOn(await conversation(id).row());
      if (row) noting.conversation(row);
    } else {
      const noted = handedOn(await agent(id).note());
      if (noted) noting.agent(noted.agent, noted.seq);
    }
  };
  const grace = Number(env.AGENT_GRACE_MS ?? 30_000);
  const reconciliation: Reconciliation = new Reconciliation({ floor, ledger }, grace, reconcile);
  const corrections: Corrections = new Corrections({ floor, router }, ({ agent: id, from, to, why }) =>
    agent(id).correctStatus(from, to, why),
  );
  const cannedFiles = new CannedFiles(registers, host, {
    sweep: (now) =>
      sweepFiles(env.DB, account, now, (keys) =>
        env.FILES.delete(keys.flatMap((key) => [key, thumbnailKey(key)])),
      ),
    arm,
  });
  const own = [
    new Completion(floor, complete),
    reconciliation,
    corrections,
    rules,
    availabilities,
    records,
    positions,
    cannedFiles,
  ];
  const alarm: Alarm = new Alarm(host, [...own, ...router.duties, ...sight.duties]);
  const decided = { ledger, queue, positions, records, rules, router, handing, sight, availabilities };
  return { account, registry, floor, ...decided, isFull, reconciliation, corrections, cannedFiles, alarm };
}
