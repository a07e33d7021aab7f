/**
 * R10: the code is loaded again, as by a deployment, while two thousand sockets are open. Measures how soon they
 * reconnect, and the effect on chats.
 */
import path from 'node:path';
import {
  memoryCarrier,
  visitorOf,
  type AgentPerson,
  type OpenConversation,
  type VisitorPerson,
  type Wiring,
} from '../helpers/people.ts';
import { Book } from './book.ts';
import { judge } from './checks.ts';
import { ServerProcess } from './child.ts';
import type { DeployScale } from './scales.ts';
import { staff, sure } from './staff.ts';
import { storedConversations } from './stored.ts';

const seconds = (time: number) => (time / 1_000).toFixed(1);
const pause = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time));

interface Chat {
  readonly number: number;
  readonly tabs: VisitorPerson[];
  readonly screens: OpenConversation[];
}

/** All open sockets of the clients. */
class Sockets {
  readonly open = new Set<object>();
  /** The number of sockets opened in each second of the clock. */
  readonly opened = new Map<number, number>();

  wiring(book: Book): Wiring {
    const { wire: written, ...wiring } = book.wiring();
    return {
      ...wiring,
      wire: (wire, url) => {
        const socket = wire as unknown as EventTarget;
        socket.addEventListener('open', () => {
          const second = Math.floor(Date.now() / 1_000);
          this.opened.set(second, (this.opened.get(second) ?? 0) + 1);
          this.open.add(socket);
        });
        socket.addEventListener('close', () => this.open.delete(socket));
        return written?.(wire, url) ?? wire;
      },
    };
  }
}

/** True if no client has lost anything. */
export async function deploy(scale: DeployScale, dataDir: string, random: () => number): Promise<boolean> {
  const { agents, conversations, atOnce, span, looks } = scale;
  // All chats begin at once, and wait until the agents take them.
  const env = { CAPS: '{"waitingPerCampaign":1000000}' };
  const server = new ServerProcess({ dataDir, log: path.join(dataDir, 'errors.log'), env });
  const { url, operatorSecret } = await server.start();
  const book = new Book(random);
  const sockets = new Sockets();
  const people = await staff(url, operatorSecret, agents, () => sockets.wiring(book));
  const chats: Chat[] = [];
  const ends: (() => void)[] = [];
  try {
    const floors = people.agents.map((agent) => [agent.desk(), agent.floor()] as const);
    for (const both of floors) for (const { connection } of both) ends.push(() => connection.end());
    const numbers = Array.from({ length: conversations }, (_, number) => number).values();
    const begin = async () => {
      for (const number of numbers) {
        const agent = people.agents[number % agents] as AgentPerson;
        const carrier = memoryCarrier();
        const tab = () => visitorOf({ base: url, site: people.site, carrier, wiring: sockets.wiring(book) });
        const first = tab();
        ends.push(() => first.end());
        first.say(`v${number} 0`);
        await first.until(
          () => first.view.state?.phase === 'waiting' && first.view.pending.length === 0,
          60_000,
        );
        const id = first.conversation ?? '';
        const floor = floors[number % agents]?.[1];
        await floor?.until(() => floor.rows.has(id), 60_000);
        sure(await agent.take(id));
        const screens = [agent.open(id), agent.open(id)];
        const second = tab();
        ends.push(() => second.end(), ...screens.map((screen) => () => screen.end()));
        chats.push({ number, tabs: [first, second], screens });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, begin));
    const wanted = 4 * conversations + 2 * agents;
    await eventually(() => sockets.open.size === wanted, 60_000);
    console.log(`R10 sockets ${sockets.open.size} of ${wanted}, conversations ${chats.length}`);
    for (const chat of chats) everyClientWrites(chat, span, random);
    await pause(-span[0]);

    sockets.opened.clear();
    const began = Date.now();
    const reloaded = server.reload().then(() => Date.now() - began);
    await eventually(() => sockets.opened.size > 0, 60_000);
    const listened = Date.now();
    const [sinceDeploy, sinceListening] = await Promise.all(
      [began, listened].map(async (start) => {
        const back: string[] = [];
        for (const look of looks) {
          await pause(Math.max(0, start + look - Date.now()));
          back.push(((100 * sockets.open.size) / wanted).toFixed(1));
        }
        return back.join('/');
      }),
    );
    const takenUp = await reloaded;
    const all = await eventually(() => sockets.open.size === wanted, 60_000);
    const unsent = () =>
      chats
        .flatMap(({ tabs, screens }) => [...tabs, ...screens])
        .reduce((sum, each) => sum + each.view.pending.length, 0);
    const sent = await eventually(() => unsent() === 0, 60_000);

    const stored = storedConversations(dataDir);
    const { acked, lost, duplicated, gaps, reordered } = judge({
      ...{ acks: book.acks, seen: book.seen, conversations: stored, history: new Map(), holds: [] },
    });
    const texts = new Set(
      stored.flatMap(({ log }) => log.flatMap((entry) => ('text' in entry ? [entry.text] : []))),
    );
    const missing = chats.flatMap(({ number }) => textsOf(number)).filter((text) => !texts.has(text));
    const kinds = stored.flatMap(({ log }) => log.map(({ kind }) => kind));
    const gone = kinds.filter((kind) => kind === 'agent.unassigned' || kind === 'visitor.left').length;
    console.log(
      `R10 reconnected at ${looks.map((look) => look / 1_000).join('/')} s after the deployment began ${sinceDeploy} %, ` +
        `after the first reconnected (${seconds(listened - began)} s) ${sinceListening} %${all ? '' : ', never all'}; ` +
        `code loaded in ${seconds(takenUp)} s; most connects in a second ${Math.max(...sockets.opened.values())}`,
    );
    console.log(
      `R10 acked ${acked}, sent but in no log ${missing.length}, unsent ${unsent()}, lost ${lost.length}, duplicated ${duplicated.length}, ` +
        `gaps ${gaps.length}, reordered ${reordered.length}; false absences ${gone}; resends ${book.resends}`,
    );
    return (
      all &&
      sent &&
      [missing, lost, duplicated, gaps, reordered].every(({ length }) => length === 0) &&
      gone === 0
    );
  } finally {
    for (const end of ends) end();
    await server.kill();
  }
}

const textsOf = (number: number) => [`v${number} 0`, `v${number} 1`, `a${number} 0`];

function everyClientWrites(
  { number, tabs, screens }: Chat,
  span: DeployScale['span'],
  random: () => number,
): void {
  const sometime = (task: () => void) => void setTimeout(task, random() * (span[1] - span[0]));
  sometime(() => tabs[0]?.say(`v${number} 1`));
  sometime(() => screens[0]?.client.send(`a${number} 0`));
}

/** Polls the condition: two thousand sockets report too many changes to check after each. */
async function eventually(condition: () => boolean, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await pause(200);
  }
  return true;
}
