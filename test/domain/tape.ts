/** Logs under construction: scripts of commands, and the entries that the domain returns. */
import type { Command } from '#domain/conversation/commands';
import { decide, evolve, fold, type Around } from '#domain/conversation/conversation';
import { Revisions } from '#domain/conversation/revisions';
import { isRefusal, type ConversationState, type Draft, type Entry, type Party } from '#protocol';
import fc from 'fast-check';

export const visitor = { kind: 'visitor', id: 'vis_a' } as const;
export const anna = { kind: 'agent', id: 'usr_anna', name: 'Anna' } as const;
export const ben = { kind: 'agent', id: 'usr_ben', name: 'Ben' } as const;
export const system = { kind: 'system' } as const;

export const started: Entry = {
  seq: 1,
  at: 1_000,
  by: visitor,
  kind: 'conversation.started',
  campaign: { id: 'cam_a', name: 'Shop' },
  site: 'sit_a',
  contact: { name: 'Vera' },
  ordinal: 1,
};

export const sale = { id: 'cod_sale', title: 'Sale' };
export const support = { id: 'cod_support', title: 'Support' };
const settings: Around['settings'] = {
  editMinutes: 15,
  codes: { list: [sale, support], multiple: true, required: true },
  closing: 'Goodbye',
};

/** A log under construction: what the actor does, without the actor. */
export class Tape {
  readonly entries: Entry[] = [started];
  state: ConversationState = fold('con_a', [started]);
  now = 1_000;

  readonly #revisions = new Revisions();

  perform(by: Party, command: Command, supervises = false): ReturnType<typeof decide> {
    const entry = (seq: number) => {
      const found = this.entries[seq - 1];
      return found && this.#revisions.apply(found);
    };
    const result = decide(this.state, command, by, { now: this.now, settings, supervises, entry });
    if (!isRefusal(result)) for (const draft of result) this.#append(draft);
    return result;
  }

  #append(draft: Draft): void {
    const entry = { ...draft, seq: this.entries.length + 1, at: ++this.now } as Entry;
    this.entries.push(entry);
    this.state = evolve(this.state, entry);
    this.#revisions.add(entry);
  }
}

const group = { kind: 'group', id: 'grp_a', name: 'Billing' } as const;
const agents = fc.constantFrom(anna, ben);
const id = fc.uuid({ version: 7 });
const step = fc.oneof(
  fc.tuple(
    fc.constantFrom<Party>(visitor, anna, ben),
    fc.record({ t: fc.constant('message.send' as const), id, text: fc.string() }),
  ),
  fc
    .tuple(agents, fc.integer({ min: 0, max: 6 }))
    .map(([agent, generation]) => [agent, { t: 'assign', agent, generation }] as const),
  fc
    .tuple(fc.constantFrom('vanished' as const, 'signed_out' as const), fc.integer({ min: 0, max: 6 }))
    .map(([reason, generation]) => [system, { t: 'unassign', generation, reason }] as const),
  fc.tuple(agents, fc.record({ t: fc.constant('conversation.return' as const), id })),
  fc
    .tuple(agents, fc.integer({ min: 0, max: 6 }))
    .map(([by, generation]) => [by, { t: 'transfer', by, to: group, note: 'VIP', generation }] as const),
  fc.tuple(fc.constant<Party>(visitor), fc.record({ t: fc.constant('conversation.defer' as const), id })),
  fc.tuple(fc.constant<Party>(visitor), fc.record({ t: fc.constant('conversation.resume' as const), id })),
  fc.tuple(
    fc.constantFrom<Party>(visitor, anna),
    fc.record({ t: fc.constant('visitor.identify' as const), id, name: fc.string() }),
  ),
  fc.constantFrom<readonly [Party, Command]>(
    [system, { t: 'visitor.left' }],
    [system, { t: 'visitor.returned' }],
  ),
);
const target = fc.integer({ min: 0, max: 20 });
const anybody = fc.constantFrom<Party>(visitor, anna, ben);
const codes = fc.subarray([sale.id, support.id, 'cod_unknown']);
/** Commands that change what stands in the log, or what agents alone see. */
const revising = fc.oneof(
  fc.tuple(anybody, fc.record({ t: fc.constant('message.edit' as const), id, target, text: fc.string() })),
  fc.tuple(anybody, fc.record({ t: fc.constant('message.delete' as const), id, target })),
  fc.tuple(
    anybody,
    fc.record({ t: fc.constant('message.send' as const), id, text: fc.string(), quote: target }),
  ),
  fc.tuple(
    agents,
    fc.record({
      ...{ t: fc.constant('note.add' as const), id, text: fc.string() },
      mentions: fc.subarray([anna, ben].map(({ id, name }) => ({ id, name }))),
    }),
  ),
  fc.tuple(
    agents,
    fc.record({ t: fc.constant('stage.set' as const), id, stage: fc.constant('in_progress' as const) }),
  ),
  fc.tuple(agents, fc.record({ t: fc.constant('codes.set' as const), id, codes })),
);
const ending = fc.oneof(
  fc.tuple(
    fc.constantFrom<Party>(visitor, anna, ben),
    fc.record({ t: fc.constant('conversation.close' as const), id }),
  ),
  fc.tuple(
    agents,
    fc.record({ t: fc.constant('conversation.close' as const), id, codes, note: fc.constant('Paid') }),
  ),
  fc.tuple(agents, fc.record({ t: fc.constant('visitor.block' as const), id })),
  fc.constantFrom<readonly [Party, Command]>([system, { t: 'idle' }], [system, { t: 'full' }]),
);
export const script = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: step },
    { weight: 6, arbitrary: revising },
    { weight: 1, arbitrary: ending },
  ),
  { maxLength: 60 },
);

export const play = (steps: readonly (readonly [Party, Command])[]): Tape => {
  const tape = new Tape();
  for (const [by, command] of steps) tape.perform(by, command);
  return tape;
};
