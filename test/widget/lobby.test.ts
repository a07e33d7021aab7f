/** Follows a campaign's availability: only while the widget asks for it, and again after a lost connection. */
import { Lobby } from '#client/lobby';
import { expect, test } from 'vitest';
import { PaperWire } from './paper-wire.ts';

test('LOB-9 the lobby is followed while the widget asks for it, reconnects by itself, and keeps no unneeded socket', async () => {
  const wires: PaperWire[] = [];
  const addresses: string[] = [];
  const later: (() => void)[] = [];
  const told: string[] = [];
  const lobby = new Lobby({
    env: {
      connect: (url) => {
        addresses.push(url);
        const wire = new PaperWire();
        wires.push(wire);
        return wire;
      },
      now: () => 0,
      random: () => 0.5,
      bytes: (count) => new Uint8Array(count),
      after: (_, task) => {
        later.push(task);
        return () => void later.splice(later.indexOf(task), 1);
      },
      onWake: () => () => undefined,
    },
    base: 'https://parley.test',
    site: 'sit_a',
    onChange: (state) => told.push(state),
  });
  expect(wires).toHaveLength(0);
  lobby.follow(true);
  lobby.follow(true);
  expect(addresses).toEqual(['wss://parley.test/api/widget/lobby/socket?site=sit_a']);
  wires[0]?.open();
  wires[0]?.say({ t: 'availability', state: 'available' });
  // A frame of a later version.
  wires[0]?.say({ t: 'weather', state: 'fine' });
  wires[0]?.onclose?.({ code: 1006 });
  later.at(-1)?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(wires).toHaveLength(2);
  wires[1]?.open();
  wires[1]?.say({ t: 'availability', state: 'away' });
  expect(told).toEqual(['available', 'away']);
  lobby.follow(false);
  expect(wires[1]?.onmessage).toBeNull();
  expect(later).toEqual([]);
});
