/** A connection and its end under a virtual clock: a client's actions when the server is silent. */
import { Connection } from '#client/connection';
import { ConversationClient } from '#client/conversation';
import type { Environment } from '#client/environment';
import { memoryOutbox } from '#client/outbox';
import { closeCodes, ping, pong } from '#protocol';
import { expect, test } from 'vitest';
import { World } from '../simulation/world.ts';
import { PaperWire } from './paper-wire.ts';

function environment() {
  const world = new World(1);
  const wires: PaperWire[] = [];
  let wake = () => {};
  const env: Environment = {
    connect: () => {
      const wire = new PaperWire();
      wires.push(wire);
      return wire;
    },
    now: () => world.now,
    random: () => 0,
    bytes: (count) => new Uint8Array(count),
    after: (delay, task) => world.after(delay, task),
    onWake: (task) => {
      wake = task;
      return () => {};
    },
  };
  return { world, wires, env, wake: () => wake() };
}

function line() {
  const { env, ...rest } = environment();
  let awoken = 0;
  const connection = new Connection({
    env,
    url: () => 'paper:',
    protocols: () => [],
    onOpen: () => {},
    onAwake: () => void awoken++,
    onFrame: () => {},
    onState: () => {},
    onDoubt: () => Promise.resolve(true),
  });
  connection.start();
  rest.wires[0]?.open();
  return { connection, ...rest, awoken: () => awoken };
}

/** Runs the continuations of resolved promises; no time passes. */
async function answered(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

/** The first ping is sent as soon as the socket is open (CON-3). */
const pings = (wire: PaperWire | undefined) => wire?.texts.filter((text) => text === ping).length;

test('SOC-9 a socket without any frame after a ping is dropped; a socket that answers is kept', async () => {
  const { world, wires, connection } = line();
  await world.run(20_000);
  expect(pings(wires[0])).toBe(2);
  wires[0]?.say(pong);
  await world.run(15_000);
  expect(connection.state).toBe('open');
  await world.run(20_000);
  expect(pings(wires[0])).toBe(3);
  await world.run(14_000);
  expect([connection.state, wires.length]).toEqual(['open', 1]);
  await world.run(1_000);
  expect([connection.state, wires.length]).toEqual(['connecting', 2]);
});

test('SOC-11 a connection that died while the page slept is detected within seconds after it wakes', async () => {
  const { world, wires, connection, wake, awoken } = line();
  wake();
  expect([pings(wires[0]), awoken()]).toEqual([2, 1]);
  wires[0]?.say({ t: 'anything' });
  await world.run(4_000);
  expect(connection.state).toBe('open');
  wake();
  await world.run(4_000);
  expect([connection.state, wires.length]).toEqual(['connecting', 2]);
});

test('I14 an ended session is checked at once, and its connection ends if the credential is not valid', async () => {
  for (const holds of [false, true]) {
    const { world, env, wires } = environment();
    let asked = 0;
    const connection = new Connection({
      env,
      url: () => 'paper:',
      protocols: () => [],
      onOpen: () => {},
      onAwake: () => {},
      onFrame: () => {},
      onState: () => {},
      onDoubt: () => {
        asked++;
        return Promise.resolve(holds);
      },
    });
    connection.start();
    wires[0]?.open();
    wires[0]?.onclose?.({ code: closeCodes.signedOut });
    await answered();
    // No time has passed; with a valid credential the connection returns after the pause, not in a tight loop.
    expect([asked, connection.state, wires.length]).toEqual([1, holds ? 'waiting' : 'ended', 1]);
    await world.run(1_000);
    expect([asked, wires.length]).toEqual([1, holds ? 2 : 1]);
  }
});

function visitorTab() {
  const stage = environment();
  const client = new ConversationClient({
    env: stage.env,
    side: 'visitor',
    me: 'vis_a',
    outbox: memoryOutbox(),
    url: () => 'paper:',
    protocols: () => [],
    onDoubt: () => Promise.resolve(true),
  });
  return { ...stage, client };
}

const frames = (wire: PaperWire | undefined) => wire?.sent.map(({ t }) => t);

test('CON-3 a tab pings before its hello', async () => {
  const { wires, client } = visitorTab();
  await client.start();
  wires[0]?.open();
  expect(wires[0]?.texts).toEqual([ping, '{"t":"hello","v":1}']);
});

test('CON-14 a tab that finds the server full shows that, keeps the typed text, and tries again until it is welcomed', async () => {
  const { world, wires, client } = visitorTab();
  await client.start();
  client.send('kept');
  wires[0]?.open();
  wires[0]?.onclose?.({ code: closeCodes.crowded });
  expect(client.view).toMatchObject({ connection: 'waiting', crowded: true });
  await world.run(1_000);
  wires[1]?.open();
  expect(client.view).toMatchObject({ connection: 'open', crowded: true });
  wires[1]?.say({ t: 'welcome', v: 1, epoch: 'e', head: 1, state: { head: 1 }, present: true });
  expect(client.view).toMatchObject({ connection: 'open', crowded: false });
  expect(frames(wires[1])).toEqual(['hello', 'message.send']);
  // Any other close code does not mean that the server is full.
  wires[1]?.onclose?.({ code: 1006 });
  expect(client.view).toMatchObject({ connection: 'waiting', crowded: false });
});

test('CON-21 a request that was refused for its pace is sent again after the pause', async () => {
  const { world, wires, client } = visitorTab();
  await client.start();
  wires[0]?.open();
  const slow = { t: 'refused', code: 'slow_down', message: 'Wait.', retryAfter: 3_000 };
  wires[0]?.say(slow);
  await world.run(2_999);
  expect(frames(wires[0])).toEqual(['hello']);
  await world.run(1);
  expect(frames(wires[0])).toEqual(['hello', 'hello']);
  wires[0]?.say({ t: 'welcome', v: 1, epoch: 'e', head: 200, state: { head: 200 }, present: true });
  wires[0]?.say({ t: 'range', after: 150, upTo: 200, entries: [] });
  client.older();
  wires[0]?.say(slow);
  expect(client.view.loadingOlder).toBe(true);
  const before = frames(wires[0])?.length ?? 0;
  await world.run(3_000);
  expect(frames(wires[0])?.slice(before)).toEqual(['pull', 'pull']);
});

test('CON-12 a socket that opens without a welcome is given up, and replaced', async () => {
  const { world, wires, client } = visitorTab();
  await client.start();
  wires[0]?.open();
  expect(wires[0]?.sent.map(({ t }) => t)).toEqual(['hello']);
  // It answers pings all the time.
  wires[0]?.say(pong);
  await world.run(14_000);
  expect(wires).toHaveLength(1);
  await world.run(1_000);
  expect(wires).toHaveLength(2);
});
