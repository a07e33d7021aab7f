/**
 * Peer (c), Parley in normal use: visitors with sessions of their own, and agents who have signed in, taken the
 * conversations and opened them beside their lists and the floor.
 */
import { randomBytes } from 'node:crypto';
import {
  makeCommandId,
  subprotocol,
  tokenSubprotocol,
  type Entry,
  type Started,
  type VisitorSession,
} from '#protocol';
import { inTurns, type Adapter, type Address, type Chat, type Watcher } from './chat.ts';
import { post, postJson } from './http.ts';
import { follow, Tab, type TabEvents } from './parley-tab.ts';

/** The demo account's agents, who share the conversations; the others sign in once these have as many as they may. */
const agents = ['anna@demo.test', 'ben@demo.test'];
const further = ['sofia@demo.test', 'admin@demo.test'];
const password = 'parley-demo';
/** CON-17: for a conversation more, the server closes the one that an agent opened first. */
const maxOpen = 256;

const newCommand = () => makeCommandId(Date.now(), randomBytes(10));

export function parleyAdapter({ url, operatorSecret = '' }: Address, watcher: Watcher): Adapter {
  const sockets = url.replace('http', 'ws');
  let desk: Promise<Desk> | undefined;
  let opened = 0;
  /** Tabs of visitors in unassigned conversations. */
  const waiting: Tab[] = [];
  const events = (heard: (entry: Entry) => void) => ({ entry: heard, failed: watcher.failed });
  const told = (then: (id: string) => void) =>
    events((entry) => {
      if (entry.kind === 'message.sent') then(entry.id);
    });

  const deskOnce = () =>
    (desk ??= openDesk(
      url,
      operatorSecret,
      events(() => undefined),
    ));
  const openOne = async (): Promise<Chat> => {
    const { site, cookieFor } = await deskOnce();
    const token = await openSession(url, site);
    const conversation = await ask(url, site, token);
    const cookie = await cookieFor(opened++);
    await take(url, conversation, cookie);
    const [visitor, agent] = await Promise.all([
      visitorTab(url, conversation, token, told(watcher.acknowledged)),
      Tab.open(
        `${sockets}/api/conversations/${conversation}/socket`,
        { Origin: url, Cookie: cookie, 'Sec-WebSocket-Protocol': subprotocol },
        told(watcher.delivered),
      ),
    ]);
    return {
      send: (id, text) => visitor.send({ t: 'message.send', id, text }),
      close: () => [visitor, agent].forEach((tab) => tab.close()),
    };
  };

  return {
    open: (count) => inTurns(Array.from({ length: count }), 8, openOne),
    prepare: async () => {
      const { site } = await deskOnce();
      const token = await openSession(url, site);
      let conversation = '';
      return {
        begin: async () => void (conversation = await ask(url, site, token)),
        stay: async () =>
          void waiting.push(
            await visitorTab(
              url,
              conversation,
              token,
              events(() => undefined),
            ),
          ),
      };
    },
    close: () => {
      for (const tab of waiting) tab.close();
      void desk?.then(({ leave }) => leave());
    },
  };
}

/** A visitor with a conversation of the demo account, which is not taken yet. */
export class Visit {
  readonly conversation: string;
  readonly #tab: Tab;

  private constructor(conversation: string, tab: Tab) {
    this.conversation = conversation;
    this.#tab = tab;
  }

  static async begin({ url, operatorSecret = '' }: Address): Promise<Visit> {
    const { site } = await postJson<{ site: string }>(`${url}/api/operator/seed`, {}, bearer(operatorSecret));
    const token = await openSession(url, site);
    const conversation = await ask(url, site, token);
    const fails = { entry: () => undefined, failed: (why: string) => console.error(why) };
    return new Visit(conversation, await visitorTab(url, conversation, token, fails));
  }

  /** Sends so many messages a second until the returned function is called. */
  stream(perSecond: number): () => void {
    let count = 0;
    const send = () =>
      this.#tab.send({ t: 'message.send', id: newCommand(), text: `Message ${++count} of the stream` });
    const timer = setInterval(send, 1_000 / perSecond);
    return () => clearInterval(timer);
  }

  end(): void {
    this.#tab.close();
  }
}

function visitorTab(url: string, conversation: string, token: string, heard: TabEvents): Promise<Tab> {
  return Tab.open(
    `${url.replace('http', 'ws')}/api/widget/conversations/${conversation}/socket`,
    { Origin: url, 'Sec-WebSocket-Protocol': `${subprotocol}, ${tokenSubprotocol}${token}` },
    heard,
  );
}

interface Desk {
  readonly site: string;
  /** The cookie of the agent who has the nth conversation open. */
  cookieFor(nth: number): Promise<string>;
  leave(): void;
}

/** Creates the demo account and signs the agents in, each with a tab that follows them and the floor. */
async function openDesk(url: string, secret: string, events: Parameters<typeof follow>[2]): Promise<Desk> {
  const { site } = await postJson<{ site: string }>(`${url}/api/operator/seed`, {}, bearer(secret));
  const leaving: (() => void)[] = [];
  const signIn = async (email: string): Promise<string> => {
    const answer = await post(`${url}/api/login`, { email, password }, {});
    const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0];
    if (!cookie) throw new Error(`${email} could not sign in: ${answer.body}`);
    for (const subject of ['agent', 'floor']) {
      const socket = `${url.replace('http', 'ws')}/api/${subject}/socket`;
      leaving.push(await follow(socket, { Origin: url, Cookie: cookie }, events));
    }
    return cookie;
  };
  const cookies: Promise<string>[] = [];
  for (const email of agents) {
    cookies.push(signIn(email));
    await cookies.at(-1);
  }
  const cookieFor = (nth: number): Promise<string> => {
    const full = Math.floor(nth / (agents.length * maxOpen)) * agents.length;
    const at = full + (nth % agents.length);
    const email = [...agents, ...further][at];
    if (email === undefined) throw new Error(`the agents can have no more than ${nth} conversations open`);
    return (cookies[at] ??= signIn(email));
  };
  return { site, cookieFor, leave: () => leaving.forEach((leave) => leave()) };
}

async function openSession(url: string, site: string): Promise<string> {
  const { token } = await postJson<VisitorSession>(`${url}/api/widget/session`, { site }, {});
  if (!token) throw new Error('a session without a token');
  return token;
}

/** A visitor's first message. Returns the conversation that it starts. */
async function ask(url: string, site: string, token: string): Promise<string> {
  const message = { id: newCommand(), site, text: 'Hello, is anybody there?' };
  const { conversation } = await postJson<Started>(`${url}/api/widget/messages`, message, bearer(token));
  return conversation;
}

/** The floor learns of a new conversation a moment after it began. */
async function take(url: string, conversation: string, cookie: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const answer = await post(`${url}/api/conversations/${conversation}/take`, undefined, { Cookie: cookie });
    if (answer.status === 200) return;
    if (attempt === 200) throw new Error(`${conversation} could not be taken: ${answer.body}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
