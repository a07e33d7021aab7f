/** The floor as agents with live tabs see it: who is offered which chat, and who uses which capacity. */
import { defaultCampaign, isRefusal, type AccountBody, type Offer, type Routing } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import { env, type Scene, type SceneAgent, type Tab } from './scene.ts';

/** An agent's screen with its pending offers. */
export class Screen {
  readonly agent: SceneAgent;
  readonly tab: Tab;

  constructor(agent: SceneAgent, tab: Tab) {
    this.agent = agent;
    this.tab = tab;
  }

  /** The pending offers, as a tab folds them. */
  get offers(): Offer[] {
    const standing = new Map<string, Offer>();
    for (const frame of this.tab.frames) {
      if (frame.t === 'floor') standing.clear();
      if (frame.t === 'floor' || frame.t === 'offers')
        for (const offer of frame['offers'] as Offer[]) standing.set(offer.conversation, offer);
      if (frame.t === 'offers')
        for (const { conversation } of frame['over'] as Offer[]) standing.delete(conversation);
    }
    return [...standing.values()];
  }

  offer(): Promise<Offer> {
    return this.tab.until(() => this.offers.find(({ agent }) => agent.id === this.agent.party.id));
  }

  outcome(of: Offer): Promise<string> {
    return this.tab.until(() => {
      const frames = this.tab.frames.filter(({ t }) => t === 'offers');
      const over = frames.flatMap((frame) => frame['over'] as (Offer & { outcome: string })[]);
      return over.find(
        ({ conversation, generation }) => conversation === of.conversation && generation === of.generation,
      )?.outcome;
    });
  }
}

type Rules = Partial<Pick<AccountBody, 'assignment' | 'offerSeconds' | 'missedLimit' | 'offlineProcessing'>>;

/** Writes the account's rules and the campaign's routing to the tables that the dispatcher reads. */
export async function rule(scene: Scene, rules: Rules, routing: Partial<Routing> = {}): Promise<void> {
  const { assignment = 'offered', offerSeconds = 30, missedLimit = null, offlineProcessing = false } = rules;
  const settings = { ...defaultCampaign, routing: { ...defaultCampaign.routing, ...routing } };
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO accounts (id, name, time_zone, created_at) VALUES (?, 'Test', 'UTC', 0) ON CONFLICT DO NOTHING`,
    ).bind(scene.account),
    env.DB.prepare(
      'UPDATE accounts SET assignment = ?, offer_seconds = ?, missed_limit = ?, offline_processing = ? WHERE id = ?',
    ).bind(assignment, offerSeconds, missedLimit, offlineProcessing ? 1 : 0, scene.account),
    env.DB.prepare(
      `INSERT OR REPLACE INTO campaigns (id, account_id, name, enabled, settings, version) VALUES (?, ?, 'Help', 1, ?, 1)`,
    ).bind(scene.campaign.id, scene.account, JSON.stringify(settings)),
  ]);
  await scene.dispatcher.reread();
}

/** An agent with a live tab on the floor. */
export async function screen(scene: Scene, name: string, limit?: number): Promise<Screen> {
  const agent = await scene.agent(name);
  if (limit !== undefined) {
    await env.DB.prepare('UPDATE users SET live_limit = ?, version = version + 1 WHERE id = ?')
      .bind(limit, agent.party.id)
      .run();
    await agent.stub.reread();
  }
  await agent.desk();
  const floor = await agent.floor();
  const here = (frame: { t: string } & Record<string, unknown>) =>
    (
      frame['agents'] as { id: string; connected: boolean; limits: { live: number | null } }[] | undefined
    )?.some(
      ({ id, connected, limits }) => id === agent.party.id && connected && limits.live === (limit ?? null),
    );
  await floor.until(() => floor.frames.some((frame) => here(frame)));
  return new Screen(agent, floor);
}

export async function waiting(scene: Scene, text = 'hello') {
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say(text);
  // A visitor with a tab: one who has gone is not assigned.
  await visitor.attach(conversation);
  return { visitor, conversation };
}

export const holds = (scene: Scene) =>
  runInDurableObject(scene.dispatcher, (_, { storage }) => [
    ...storage.sql.exec<{
      conversation: string;
      agent: string;
      generation: number;
      state: string;
      type: string;
    }>('SELECT conversation, agent, generation, state, type FROM places ORDER BY conversation, generation'),
  ]);
export const decisions = async (scene: Scene, conversation: string) => {
  const list = await scene.dispatcher.decisionsOf(conversation, { id: '', roles: ['supervisor'] });
  if (isRefusal(list)) throw new Error(list.refused);
  return list.decisions;
};
export const ownerOf = async (scene: Scene, conversation: string) =>
  (await scene.conversation(conversation).state())?.owner?.id ?? null;
