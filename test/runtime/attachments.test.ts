/** Attachments of sockets: they outlive an actor's memory and a deploy, and are checked when they are read. */
import { check, LobbyAttachment } from '#protocol';
import { expect, test } from 'vitest';
import { attachments } from '../../worker/runtime/attachments.ts';
import type { Socket } from '../../worker/runtime/host.ts';

function socketWith(stored: unknown) {
  let attachment = stored;
  let reads = 0;
  const socket: Socket = {
    send: () => undefined,
    close: () => undefined,
    serializeAttachment: (value) => void (attachment = structuredClone(value)),
    deserializeAttachment: () => (reads++, structuredClone(attachment)),
  };
  return { socket, reads: () => reads, stored: () => attachment };
}

const { of, set } = attachments((value) => check(LobbyAttachment, value));

test('an attachment is checked once, and remembered', () => {
  const { socket, reads } = socketWith({ at: 7, later: true });
  expect([of(socket), of(socket), reads()]).toEqual([{ at: 7 }, { at: 7 }, 1]);
});

test.each([null, undefined, 'at', {}, { at: '7' }])(
  'an attachment of another shape is none: %j',
  (stored) => {
    expect(of(socketWith(stored).socket)).toBeUndefined();
  },
);

test('an attachment that is set is stored, and read as it was set', () => {
  const { socket, reads, stored } = socketWith(null);
  set(socket, { at: 9 });
  expect([of(socket), stored(), reads()]).toEqual([{ at: 9 }, { at: 9 }, 0]);
});
