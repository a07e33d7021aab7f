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
import { follow, Tab } from './parley-tab.ts';

/** The demo account's agents, who share the conversations. */
const agents = ['anna@demo.test', 'ben@demo.test'];
const password = 'parley-demo';

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
  const visitorTab = (conversation: string, token: string, heard: Parameters<typeof Tab.open>[2]) =>
    Tab.open(
      `${sockets}/api/widget/conversations/${conversation}/socket`,
      { Origin: url, 'Sec-WebSocket-Protocol': `${subprotocol}, ${tokenSubprotocol}${token}` },
      heard,
    );

  const openOne = async (): Promise<Chat> => {
    const { site, cookies } = await deskOnce();
    const token = await openSession(url, site);
    const conversation = await ask(url, site, token);
    const cookie = cookies[opened++ % cookies.length] ?? '';
    await take(url, conversation, cookie);
    const [visitor, agent] = await Promise.all([
      visitorTab(conversation, token, told(watcher.acknowledged)),
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

interface Desk {
  readonly site: string;
  /** A cookie for each agent. */
  readonly cookies: readonly string[];
  leave(): void;
}

/** Creates the demo account and signs the agents in, each with a tab that follows them and the floor. */
async function openDesk(url: string, secret: string, events: Parameters<typeof follow>[2]): Promise<Desk> {
  const { site } = await postJson<{ site: string }>(`${url}/api/operator/seed`, {}, bearer(secret));
  const cookies: string[] = [];
  const leaving: (() => void)[] = [];
  for (const email of agents) {
    const answer = await post(`${url}/api/login`, { email, password }, {});
    const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0];
    if (!cookie) throw new Error(`${email} could not sign in: ${answer.body}`);
    cookies.push(cookie);
    for (const subject of ['agent', 'floor']) {
      const socket = `${url.replace('http', 'ws')}/api/${subject}/socket`;
      leaving.push(await follow(socket, { Origin: url, Cookie: cookie }, events));
    }
  }
  return { site, cookies, leave: () => leaving.forEach((leave) => leave()) };
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
