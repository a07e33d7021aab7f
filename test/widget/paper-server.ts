/** A simulated server for a visitor's chat: it answers each request when the test tells it to. */
import type { Environment, Wire } from '#client/environment';
import { VisitorChat } from '#client/visitor';
import { memoryCarrier } from '../helpers/people.ts';

export const site = 'sit_a';
export const conversation = 'con_a';
export const session = { visitor: 'vis_a', contact: {}, conversations: [] };

/** Answers each request when the test tells it to. */
export function paperServer() {
  const asked: {
    what: string;
    body: { text?: string } | undefined;
    bearer: string | null;
    answer(status: number, body: object): void;
  }[] = [];
  const send: typeof fetch = (input, init) =>
    new Promise((resolve) => {
      const body =
        init?.body === undefined ? undefined : (JSON.parse(String(init.body)) as { text?: string });
      const what = `${init?.method ?? 'GET'} ${new URL(String(input)).pathname.replace('/api/widget/', '')}`;
      const bearer = new Headers(init?.headers).get('authorization');
      asked.push({
        what,
        body,
        bearer,
        answer: (status, answer) => resolve(Response.json(answer, { status })),
      });
    });
  return { asked, send, all: () => asked.map(({ what }) => what) };
}

export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The tasks that run at once when the page becomes visible again. */
const waking = new Set<() => void>();
export const wake = () => [...waking].forEach((task) => task());

export function chatOn(
  server: ReturnType<typeof paperServer>,
  kept = new Map<string, string>(),
  connect = (): Wire => {
    throw new Error('no sockets here');
  },
  carrier = memoryCarrier(kept),
) {
  const env: Environment = {
    connect,
    now: () => 0,
    random: () => 0.5,
    bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    after: () => () => undefined,
    onWake: (task) => {
      waking.add(task);
      return () => waking.delete(task);
    },
  };
  const chat = new VisitorChat({
    env,
    base: 'https://parley.test',
    site,
    carrier,
    page: () => undefined,
    onChange: () => undefined,
    fetch: server.send,
  });
  void chat.start();
  return chat;
}
