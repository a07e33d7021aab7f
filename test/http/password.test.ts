import { isRefusal } from '#protocol';
import { expect, test } from 'vitest';
import { hashPassword, scryptParameters, turnToHash, verifyPassword } from '../../worker/http/password.ts';

test('S8 the parameters fit what production allows, and what OWASP asks', () => {
  const { ln, r, p } = scryptParameters;
  expect({ ln, r, p }).toEqual({ ln: 14, r: 8, p: 5 });
  // Production refuses more; local workerd does not, so that nothing but this would say so.
  expect(2 ** ln * r * p).toBeLessThanOrEqual(2 ** 20);
});

test('S8 a hash says how it was made, and no two are alike', () => {
  const [a, b] = [hashPassword('secret'), hashPassword('secret')];
  expect(a).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(a).not.toBe(b);
  expect([verifyPassword('secret', a), verifyPassword('secret', b)]).toEqual([true, true]);
  expect([verifyPassword('Secret', a), verifyPassword('', a)]).toEqual([false, false]);
});

test('S8 the answer that Node gives for these parameters', () => {
  // Password, and sixteen sevens for salt.
  expect(hashPassword('parley', new Uint8Array(16).fill(7))).toBe(
    '$scrypt$ln=14,r=8,p=5$BwcHBwcHBwcHBwcHBwcHBw$XsIt0bIdFQjBZP3miuw8CLuli1kvJv9wTxemhJshsi0',
  );
});

test('S8 a password is the same however the keyboard composes it', () => {
  expect(verifyPassword('cafe\u0301', hashPassword('caf\u00e9'))).toBe(true);
});

test('S8 a broken hash lets nobody in', () => {
  for (const hash of ['', 'x', '$scrypt$ln=14,r=8,p=5$$', '$scrypt$ln=14,r=8,p=5$AAAA$AAAA$', '$2b$10$abc']) {
    expect(verifyPassword('', hash)).toBe(false);
  }
});

test('S7 an unknown email costs a hash too', () => {
  const hash = hashPassword('secret');
  const time = (against: string | undefined) => {
    const times = [];
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      expect(verifyPassword('wrong', against)).toBe(false);
      times.push(performance.now() - start);
    }
    return Math.min(...times);
  };
  const ratio = time(undefined) / time(hash);
  // A skipped hash would make it a thousand. A busy machine can make it two.
  expect(ratio).toBeGreaterThan(0.2);
  expect(ratio).toBeLessThan(5);
});

test('S7 hashes take turns, and a long queue is refused', async () => {
  const turns = await Promise.all(Array.from({ length: 40 }, () => turnToHash()));
  const refused = turns.filter(isRefusal);
  expect(refused.length).toBeGreaterThan(10);
  expect(refused.length).toBeLessThan(30);
  expect(refused[0]).toMatchObject({ refused: 'slow_down' });
});
