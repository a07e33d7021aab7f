/**
 * Strangers attack sign-in (S7) and the visitors' routes (L6) while visitors chat and an agent signs in. Counts
 * decide the result: refused requests, and that no honest client was refused. Times are printed and decide nothing.
 */
import path from 'node:path';
import { percentiles } from '../bench/statistics.ts';
import { visitorOf, type VisitorPerson, type Wiring } from '../helpers/people.ts';
import { from } from './address.ts';
import { ServerProcess } from './child.ts';
import { flood, type Flooded } from './flood.ts';
import type { AttackScale } from './scales.ts';
import { password, staff, sure } from './staff.ts';

const pause = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time));

const post = (send: typeof fetch, url: string, body: object) =>
  send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** An address of another /64 for each turn, as an owner of a /32 has them. */
const rotating = (turn: number) => `2001:db8:${(turn >> 8).toString(16)}:${(turn & 255).toString(16)}::1`;

/** Chats that continue during an attack: a message a second in each. */
class Chats {
  readonly #visitors: VisitorPerson[] = [];
  #times: number[] = [];
  #going: Promise<unknown>[] = [];
  #over = false;

  async begin(base: string, site: string, count: number): Promise<void> {
    for (let number = 0; number < count; number++) {
      const wiring: Wiring = { fetch: from(base, `198.51.100.${number + 1}`) };
      const visitor = visitorOf({ base, site, wiring });
      this.#visitors.push(visitor);
      await this.#say(visitor);
    }
    this.#going = this.#visitors.map(async (visitor) => {
      while (!this.#over) {
        await this.#say(visitor);
        await pause(1_000);
      }
    });
  }

  /** The milliseconds from a message to its acknowledgement, since the last call. */
  times(): number[] {
    const times = this.#times;
    this.#times = [];
    return times;
  }

  async end(): Promise<void> {
    this.#over = true;
    await Promise.allSettled(this.#going);
    for (const visitor of this.#visitors) visitor.end();
  }

  async #say(visitor: VisitorPerson): Promise<void> {
    const began = performance.now();
    const text = `A question, ${began}`;
    visitor.say(text);
    const isThere = () => visitor.view.entries.some((entry) => 'text' in entry && entry.text === text);
    await visitor.until(isThere, 60_000, 'a chat message is acknowledged');
    this.#times.push(performance.now() - began);
  }
}

interface Signing {
  readonly checked: number;
  readonly refused: number;
  readonly polled: { readonly checked: number; readonly refused: number };
  readonly owner: { readonly times: number[]; readonly failed: number[] };
}

/**
 * Ten sign-ins a second with made-up emails, a stranger who polls the owner's email, and the owner on a known device.
 */
async function attackSignIn(base: string, email: string, span: number): Promise<Signing> {
  const login = `${base}/api/login`;
  const first = await post(from(base, '203.0.113.7'), login, { email, password });
  if (!first.ok) throw new Error(`the owner could not sign in: ${first.status}`);
  const device = first.headers.getSetCookie().map((line) => line.split(';')[0]);
  const owner = { times: [] as number[], failed: [] as number[] };
  const polled = { checked: 0, refused: 0 };
  let [checked, refused] = [0, 0];
  const until = Date.now() + span;
  const strangers: Promise<unknown>[] = [];
  let turn = 0;
  const steady = setInterval(() => {
    const guess = { email: `${crypto.randomUUID()}@example.test`, password: 'guess' };
    strangers.push(
      post(from(base, rotating(turn++)), login, guess).then(({ status }) => {
        if (status === 401) checked++;
        else refused++;
      }),
    );
  }, 100);
  const poll = async () => {
    while (Date.now() < until) {
      const answer = await post(from(base, rotating(65_535)), login, { email, password: 'guess' });
      const { retryAfter = 0 } = (await answer.json()) as { retryAfter?: number };
      if (answer.status === 401) polled.checked++;
      else polled.refused++;
      // As the server asks, but at least as often as the attacker in the security review.
      await pause(Math.min(retryAfter, 400));
    }
  };
  const signIn = async () => {
    while (Date.now() < until) {
      const began = performance.now();
      const answer = await post(from(base, '203.0.113.7', device.join('; ')), login, { email, password });
      owner.times.push(performance.now() - began);
      if (!answer.ok) owner.failed.push(answer.status);
      // The hashes of one user are limited too, to 60 in 15 minutes.
      await pause(4_000);
    }
  };
  await Promise.all([poll(), signIn()]);
  clearInterval(steady);
  await Promise.all(strangers);
  return { checked, refused, polled, owner };
}

const shown = (times: readonly number[]) => {
  const { p50, p99 } = percentiles(times);
  return `${p50.toFixed(1)}/${p99.toFixed(1)} ms`;
};

/** True if no honest client was refused or kept waiting for ever, and every cap was kept. */
export async function attack(scale: AttackScale, dataDir: string): Promise<boolean> {
  let sound = true;
  for (const front of ['false', 'true'] as const) {
    const folder = path.join(dataDir, front === 'true' ? 'behind-cloudflare' : 'direct');
    const server = new ServerProcess({
      dataDir: folder,
      log: path.join(dataDir, 'errors.log'),
      env: { BEHIND_CLOUDFLARE: front },
    });
    const { url, operatorSecret } = await server.start();
    const chats = new Chats();
    try {
      console.log(`\nBEHIND_CLOUDFLARE=${front}`);
      const previews = { shown: 0 };
      const wiring = (): Wiring => ({
        fetch: from(url, '192.0.2.1'),
        wire: (wire) => {
          (wire as unknown as EventTarget).addEventListener('message', (event) => {
            if (String((event as MessageEvent).data).startsWith('{"t":"preview"')) previews.shown++;
          });
          return wire;
        },
      });
      // The owner is a user of their own: each sign-in is a session, and the twenty-first of a user ends the oldest.
      const { agents, site } = await staff(url, operatorSecret, 2, wiring);
      const [agent, owner] = agents;
      if (!agent || !owner) throw new Error('no agents');
      await chats.begin(url, site, scale.chats);
      chats.times();
      await pause(scale.calm);
      const calm = chats.times();
      const signing = await attackSignIn(url, owner.me.email, scale.signIns);
      const { owner: signedIn, polled } = signing;
      console.log(
        `S7 strangers' passwords checked ${signing.checked}, refused ${signing.refused}; ` +
          `S7 guesses of the owner's checked ${polled.checked}, refused ${polled.refused}; ` +
          `the owner signed in ${signedIn.times.length - signedIn.failed.length} of ${signedIn.times.length} times, ` +
          `p50/p99 ${shown(signedIn.times)}`,
      );
      console.log(`S7 chats p50/p99 calm ${shown(calm)}, under attack ${shown(chats.times())}`);
      if (signedIn.failed.length > 0) sound = unsound(`the owner was refused: ${signedIn.failed.join()}`);
      for (const visitors of [1, scale.flooders]) {
        await pause(scale.calm / 2);
        const before = chats.times();
        const flooded = await flood({
          ...{ base: url, site, visitors, scale, folder, previews },
          watch: (conversation) => agent.open(conversation),
        });
        console.log(`L6 ${visitors} flooding: ${told(flooded)}`);
        console.log(`L6 chats p50/p99 calm ${shown(before)}, meanwhile ${shown(chats.times())}`);
        for (const broken of flooded.broken) sound = unsound(broken);
      }
      const health = await fetch(`${url}/api/health`);
      if (!health.ok) sound = unsound(`the server answers ${health.status}`);
      sure(await agent.ask('GET', '/api/me'));
    } finally {
      await chats.end();
      await server.kill();
    }
  }
  return sound;
}

function told({ sockets, entries, previews, conversations }: Flooded): string {
  const share = ({ got, tried }: { got: number; tried: number }) => `${got} of ${tried}`;
  return (
    `sockets ${share(sockets)}, messages ${share(entries)}, previews passed on ${share(previews)}, ` +
    `conversations ${share(conversations)}`
  );
}

function unsound(what: string): false {
  console.log(`  unsound: attack: ${what}`);
  return false;
}
