import { awaitingEmail, emailTyped, type EmailState } from '#domain/people/emails';
import { expect, test } from 'vitest';

const open: EmailState = { email: 'a@x.test', confirmed: false, pending: null };
const own: EmailState = { email: 'a@x.test', confirmed: true, pending: null };
const moving: EmailState = { ...own, pending: 'b@x.test' };
const [a, b, c] = ['a@x.test', 'b@x.test', 'c@x.test'] as const;

test.each([
  ['a new user’s email waits for its owner', null, a, open, a],
  ['an unconfirmed email is replaced', open, b, { ...open, email: b }, b],
  ['an unconfirmed email is saved unchanged', open, a, open, a],
  ['a confirmed email stays until the other one is confirmed', own, b, moving, b],
  ['a confirmed email is saved unchanged', own, a, own, null],
  ['a pending email is saved unchanged', moving, a, moving, b],
  ['a pending email is asked for again', moving, b, moving, b],
  ['a pending email is replaced', moving, c, { ...own, pending: c }, c],
] as const)('%s', (_, was, typed, is, waiting) => {
  expect(emailTyped(was, typed, true)).toEqual(is);
  expect(awaitingEmail(is)).toBe(waiting);
});

test.each([null, open, own, moving])(
  'without mail the typed email is confirmed, whatever the state was: %o',
  (was) => {
    for (const typed of [a, b, c]) {
      expect(emailTyped(was, typed, false)).toEqual({ email: typed, confirmed: true, pending: null });
    }
  },
);
