/**
 * The visitor's view of a log contains no agent's id, no author of a block or an assignment, and no reason of an
 * unassignment.
 */
import { aliasAmong } from '#domain/conversation/aliases';
import { fold } from '#domain/conversation/conversation';
import { entryForVisitor, refusalForVisitor, stateForVisitor } from '#domain/conversation/redaction';
import { Revisions } from '#domain/conversation/revisions';
import { check, Entry, refuse, type EntryKind, isRefusal } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play, script } from './tape.ts';

const base32 = '0123456789abcdefghjkmnpqrstvwxyz';
const idOf = (kind: string) =>
  fc
    .array(fc.constantFrom(...base32), { minLength: 26, maxLength: 26 })
    .map((rest) => `${kind}_${rest.join('')}`);
const user = idOf('usr');
const me = `vis_${'a'.repeat(26)}`;
const visitor = fc.constant({ kind: 'visitor' as const, id: me });
const agent = fc.record({ kind: fc.constant('agent' as const), id: user, name: fc.constant('Anna') });
const base = `/api/photos/acc_${'a'.repeat(26)}`;
/** With today's path of a photo, and with an earlier version's, which contained the user's id. */
const owner = fc.tuple(agent, idOf('pho'), fc.boolean()).map(([party, name, early]) => ({
  ...party,
  photo: early ? `${base}/${party.id}/${name}` : `/api/photos/${name}`,
}));
const anybody = fc.oneof(visitor, agent, fc.constant({ kind: 'system' as const }));
const command = fc.uuid({ version: 7 });
const site = `sit_${'a'.repeat(26)}`;
const campaign = { id: `cam_${'a'.repeat(26)}`, name: 'Help' };
const secret = 'for colleagues only';

/** An entry of every kind: the type checker reports a missing one. */
const rests: { readonly [K in EntryKind]: fc.Arbitrary<object> } = {
  'conversation.started': fc.record({
    by: visitor,
    ...{ campaign: fc.constant(campaign), site: fc.constant(site), ordinal: fc.constant(1) },
    contact: fc.constant({ name: 'Vera' }),
  }),
  'message.sent': fc.record(
    {
      by: anybody,
      id: command,
      text: fc.string(),
      canned: fc.array(idOf('rsp'), { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['by', 'id', 'text'] },
  ),
  'agent.assigned': fc.record({
    by: anybody,
    agent: owner,
    generation: fc.integer({ min: 1, max: 9 }),
    how: fc.constantFrom('taken', 'offered', 'routed', 'transferred', 'assigned'),
  }),
  'agent.unassigned': fc.record({
    by: anybody,
    agent,
    generation: fc.integer({ min: 1, max: 9 }),
    reason: fc.constantFrom('returned', 'vanished', 'signed_out', 'offline', 'no_reply', 'transferred'),
    id: command,
  }),
  'conversation.transferred': fc.record({ by: agent, to: agent, note: fc.constant(secret) }),
  'conversation.deferred': fc.record({ by: visitor, id: command }),
  'conversation.resumed': fc.record({ by: visitor, id: command }),
  'visitor.left': fc.record({ by: visitor }),
  'visitor.returned': fc.record({ by: visitor }),
  'visitor.identified': fc.record({ by: visitor, id: command, name: fc.string() }),
  'visitor.blocked': fc.record({ by: agent, id: command }),
  'message.edited': fc.record({
    ...{ by: anybody, id: command, target: fc.constant(2), of: fc.constant('message'), text: fc.string() },
  }),
  'message.deleted': fc.record({
    by: anybody,
    id: command,
    target: fc.constant(2),
    of: fc.constant('message'),
  }),
  'automatic.sent': fc.record({
    by: anybody,
    moment: fc.constantFrom('opening', 'closing'),
    text: fc.string(),
  }),
  'note.added': fc.record({
    ...{ by: agent, id: command, text: fc.constant(secret) },
    mentions: fc.array(fc.record({ id: user, name: fc.constant(secret) })),
  }),
  'stage.changed': fc.record({ by: agent, id: command, stage: fc.constant('in_progress') }),
  'codes.changed': fc.record({
    by: agent,
    id: command,
    codes: fc.constant([{ id: 'cod_a', title: secret }]),
  }),
  'conversation.closed': fc.record({
    by: anybody,
    reason: fc.constantFrom('visitor', 'agent', 'idle', 'blocked', 'full'),
    awaitingCode: fc.constant(true),
  }),
};
const kinds = Object.keys(rests) as EntryKind[];
/** The kinds that visitors receive, listed here once more: a change of an audience has to be meant. */
const visible: ReadonlySet<EntryKind> = new Set<EntryKind>([
  'conversation.started',
  'message.sent',
  'agent.assigned',
  'agent.unassigned',
  'conversation.deferred',
  'conversation.resumed',
  'visitor.identified',
  'message.edited',
  'message.deleted',
  'automatic.sent',
  'conversation.closed',
]);
const log = fc
  .tuple(
    rests['conversation.started'],
    fc.array(
      fc.constantFrom(...kinds.slice(1)).chain((kind) => rests[kind].map((rest) => ({ kind, ...rest }))),
      { maxLength: 30 },
    ),
  )
  .map(([start, others]) =>
    [{ kind: 'conversation.started', ...start }, ...others].map(
      // A later version adds a field: it stays with the agents.
      (rest, index) => ({ seq: index + 1, at: index, ...rest, added: secret }) as unknown as Entry,
    ),
  );
const ownersIn = (entries: readonly Entry[]) =>
  new Set(entries.flatMap((entry) => (entry.kind === 'agent.assigned' ? [entry.agent.id] : [])));

test('RED-1 entries for a visitor contain no user’s id, no reason, no author of a block, and only picked fields', () => {
  fc.assert(
    fc.property(log, (entries) => {
      const alias = aliasAmong(ownersIn(entries));
      const users = [...JSON.stringify(entries).matchAll(/usr_\w{26}/g)].map(([id]) => id);
      const shown = entries.flatMap((entry) => entryForVisitor(entry, alias) ?? []);
      const told = JSON.stringify([shown, stateForVisitor(fold('con_a', entries), alias)]);
      expect(told).not.toContain('awaitingCode');
      expect(told).not.toMatch(/"canned"|rsp_/);
      for (const hidden of [...users, secret, 'vanished', 'signed_out', 'offline', 'no_reply', 'transferred'])
        expect(told).not.toContain(hidden);
      for (const how of ['offered', 'routed', 'assigned']) expect(told).not.toContain(`"how":"${how}"`);
      for (const entry of shown) {
        // Clients can read a redacted entry like any other; its author is the system.
        expect(isRefusal(check(Entry, entry)) ? entry : null).toBeNull();
        if (entry.kind === 'agent.assigned') expect(entry.agent.photo).toMatch(/^\/api\/photos\/pho_\w{26}$/);
        if (entry.kind === 'conversation.closed' && entry.reason === 'blocked')
          expect(entry.by).toEqual({ kind: 'system' });
      }
      const wanted = entries.filter(({ kind }) => visible.has(kind));
      expect(shown.map(({ seq, kind }) => [seq, kind])).toEqual(wanted.map(({ seq, kind }) => [seq, kind]));
    }),
    { numRuns: 300 },
  );
});

test('RED-10 folding a visitor’s entries gives the visitor’s state', () => {
  fc.assert(
    fc.property(script, (steps) => {
      const { entries, state } = play(steps);
      const alias = aliasAmong(ownersIn(entries));
      const folded = fold(
        'con_a',
        entries.flatMap((entry) => entryForVisitor(entry, alias) ?? []),
      );
      const told = stateForVisitor(state, alias);
      expect({ ...folded, head: state.head }).toEqual(told);
      const revisions = Revisions.of(entries);
      const revised = entries.flatMap((entry) => entryForVisitor(revisions.apply(entry), alias) ?? []);
      expect({ ...fold('con_a', revised), head: state.head }).toEqual(told);
    }),
  );
});

test('RED-3 aliases distinguish owners, stay the same as owners are added, and reveal no other user', () => {
  const [anna, ben, sofia] = ['usr_anna', 'usr_ben', 'usr_sofia'];
  const owners = new Set([anna]);
  const alias = aliasAmong(owners);
  const before = alias(anna);
  owners.add(ben);
  expect([alias(anna), alias(ben), alias(sofia)]).toEqual([
    before,
    `usr_${'2'.padStart(26, '0')}`,
    `usr_${'0'.repeat(26)}`,
  ]);
});

test('RED-1 a visitor’s refusal names no user', () => {
  const refusal = refuse('already_taken', { by: { id: 'usr_anna', name: 'Anna' }, retryAfter: 5 });
  expect(refusalForVisitor(refusal)).toEqual(refuse('already_taken', { retryAfter: 5 }));
});

test('a revision of a note is shown only to agents', () => {
  const by = { kind: 'agent', id: 'usr_a', name: 'Anna' } as const;
  const base = { seq: 3, at: 2, by, id: 'c1', target: 2, of: 'note' } as const;
  const revisions: Entry[] = [
    { ...base, kind: 'message.edited', text: secret },
    { ...base, kind: 'message.deleted' },
  ];
  expect(revisions.map((entry) => entryForVisitor(entry, aliasAmong(new Set())))).toEqual([null, null]);
});

test('an entry of an unknown kind is shown only to agents', () => {
  const unknown = { seq: 2, at: 2, by: { kind: 'system' }, kind: 'weather.changed' } as unknown as Entry;
  expect(entryForVisitor(unknown, aliasAmong(new Set()))).toBeNull();
});
