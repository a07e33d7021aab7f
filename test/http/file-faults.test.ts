/**
 * R7: a file that is shown has its object, and no object is left over, at any fault of R2 and any death of the server.
 */
import { partSize } from '#domain/files/parts';
import { type Started } from '#protocol';
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { Sender } from '../../worker/actors/files/sender.ts';
import { conversationStub, visitorStub } from '../../worker/actors/stubs.ts';
import { moveClock, ways, type Way } from '../actors/scene.ts';
import { ask, bearer, env, id, newAccount, newSite, newVisitor, type TestAccount } from './client.ts';
import { faultyBucket, faults, type Fault, type FaultyBucket } from './faulty-bucket.ts';
import { jpeg } from './photo-files.ts';
import { sha256, uploadsOf } from './uploading.ts';

const hour = 3_600_000;
const day = 24 * hour;

let account: TestAccount;
let site: string;
beforeAll(async () => {
  account = await newAccount();
  ({ site } = await newSite(account));
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
/** Aborts the visitor and their conversations, whatever they are doing. */
async function kill({ visitor }: Pick<Case, 'visitor'>): Promise<void> {
  const stub = visitorStub(env, account.id, visitor);
  const session = await stub.session();
  const conversations = 'conversations' in session ? session.conversations.map((known) => known.id) : [];
  const stubs = [...conversations.map((known) => conversationStub(env, account.id, known)), stub];
  for (const each of stubs)
    await runInDurableObject(each, (_, ctx) => ctx.abort('killed')).catch(() => undefined);
}

/** One visitor and one file. */
interface Case {
  readonly visitor: string;
  readonly from: { readonly site: string; readonly token: string };
  readonly file: string;
  readonly bytes: Uint8Array;
}

async function newCase(bytes: Uint8Array): Promise<Case> {
  const { id: visitor, token } = await newVisitor(site);
  return { visitor, from: { site, token }, file: id('file'), bytes };
}

/** Repeats a step as a client does until it is accepted; an error is a server that died. */
async function until<T extends { status: number }>(step: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await step().catch(() => undefined);
    if (answer?.status === 200) return answer;
    if (tries === 8) throw new Error(`given up: ${JSON.stringify(answer)}`);
  }
}

const sendings = {
  /** The client repeats each step, and the message is sent. */
  async persistent({ from, file, bytes }: Case): Promise<Started | undefined> {
    const uploads = uploadsOf(from);
    await until(() => uploads.begin({ id: file, name: 'a.txt', size: bytes.length }));
    await until(async () => {
      const { body } = await uploads.look(file);
      for (let part = 1; (part - 1) * partSize < bytes.length; part++)
        if (!body.stored.includes(part))
          await uploads.part(file, part, bytes.subarray((part - 1) * partSize, part * partSize));
      return uploads.complete(file);
    });
    await until(() => uploads.thumbnail(file, jpeg()));
    const command = crypto.randomUUID();
    return (await until(() => say(from, file, command))).body;
  },
  /** The client is gone at the first error, or before the message. */
  async fleeting({ from, file, bytes }: Case): Promise<undefined> {
    const uploads = uploadsOf(from);
    await uploads.begin({ id: file, name: 'a.txt', size: bytes.length });
    await uploads.part(file, 1, bytes);
    await uploads.complete(file);
    await uploads.thumbnail(file, jpeg());
  },
  /** The user cancels while a part, a thumbnail or the end is on its way. */
  async cancelling({ from, file, bytes }: Case): Promise<undefined> {
    const uploads = uploadsOf(from);
    await uploads.begin({ id: file, name: 'a.txt', size: bytes.length });
    await Promise.allSettled([uploads.part(file, 1, bytes), uploads.thumbnail(file, jpeg())]);
    const completing = uploads.complete(file);
    await Promise.allSettled([completing, uploads.cancel(file)]);
  },
} as const;

const say = (from: Case['from'], file: string, command: string) =>
  ask<Started>('POST', '/api/widget/messages', {
    headers: bearer(from.token),
    body: { id: command, site, text: '', files: [file] },
  });

type Clock = ReturnType<typeof moveClock>;

/** Runs what is due until nothing is, hours later. */
async function sweep({ visitor }: Case, clock: Clock): Promise<void> {
  for (const passed of [2 * 60_000, day, hour, day, hour]) {
    clock.by(passed);
    for (let time = 0; time < 3; time++) await runDurableObjectAlarm(visitorStub(env, account.id, visitor));
  }
}

const objects = async () =>
  (await env.FILES.list({ prefix: `files/${account.id}/` })).objects.map(({ key, size }) => ({ key, size }));

/** The figures of R7. */
const sums = { runs: 0, visible: 0, withoutObject: 0, orphans: 0 };

async function judge(given: Case, sent: Started | undefined): Promise<void> {
  sums.runs++;
  const left = await objects();
  if (sent) {
    sums.visible++;
    const read = (path = '') => uploadsOf(given.from).read(sent.conversation, given.file, {}, path);
    const served = await read();
    const content = new Uint8Array(await served.arrayBuffer());
    const whole = served.status === 200 && (await sha256(content)) === (await sha256(given.bytes));
    const small = new Uint8Array(await (await read('/thumbnail')).arrayBuffer());
    if (!whole || small.length !== jpeg().length) sums.withoutObject++;
    sums.orphans += left.length - 2;
  } else sums.orphans += left.length;
  for (const { key } of left) await env.FILES.delete(key);
}

async function run(
  client: keyof typeof sendings,
  { way, clock, bytes }: { way: Way; clock: Clock; bytes: Uint8Array },
  fault?: { at: number; fault: Fault },
): Promise<string[]> {
  const given = await newCase(bytes);
  const bucket: FaultyBucket = faultyBucket(env.FILES, () => kill(given));
  if (fault) bucket.plan(fault.at, fault.fault);
  let sent: Started | undefined;
  try {
    sent = await sendings[client](given).catch((error: unknown) => {
      // A client that perseveres gets there.
      if (client === 'persistent') throw error;
      return undefined;
    });
  } finally {
    bucket.end();
  }
  if (way === 'evicted')
    await evictDurableObject(visitorStub(env, account.id, given.visitor)).catch(() => undefined);
  await sweep(given, clock);
  await judge(given, sent);
  return bucket.done;
}

afterEach(() => {
  console.log(
    `R7 runs ${sums.runs}, visible attachments ${sums.visible}, without object ${sums.withoutObject}, orphans after the sweep ${sums.orphans}`,
  );
});

const small = new TextEncoder().encode('a small text');

test.each(ways.flatMap((way) => Object.keys(sendings).map((client) => [client, way] as const)))(
  'R7 each fault at each step of R2, with a client that is %s: no file without object, no object left over (%s)',
  async (client, way) => {
    const around = { way, clock: moveClock(), bytes: small };
    const usual = await run(client as keyof typeof sendings, around);
    expect(usual).toEqual(expect.arrayContaining(['createMultipartUpload', 'uploadPart']));
    for (let at = 0; at < usual.length; at++)
      for (const fault of faults) await run(client as keyof typeof sendings, around, { at, fault });
    expect(sums).toMatchObject({ withoutObject: 0, orphans: 0 });
  },
  300_000,
);

test('R7 F83 a file of three parts, of which one is lost or stored without an answer, arrives whole', async () => {
  const bytes = new Uint8Array(2 * partSize + 5).fill(97);
  const around = { way: 'straight', clock: moveClock(), bytes } as const;
  const usual = await run('persistent', around);
  const parts = usual.flatMap((name, at) => (name === 'uploadPart' || name === 'complete' ? [at] : []));
  expect(parts).toHaveLength(4);
  for (const at of parts)
    for (const fault of ['fails', 'lost', 'killed after'] as const)
      await run('persistent', around, { at, fault });
  expect(sums).toMatchObject({ withoutObject: 0, orphans: 0 });
}, 300_000);

type Call = 'claimFiles' | 'settleClaim';
type CallFault = 'fails' | 'loses its answer' | 'is answered to the dead';

/** The first of these calls between a conversation and the sender fails, or its answer does not arrive. */
function amid(name: Call, fault: CallFault): { readonly reached: boolean; release(): void } {
  const sound = Sender.prototype[name] as (...asked: unknown[]) => unknown;
  const state = { reached: false, released: false };
  const spy = vi.spyOn(Sender.prototype, name).mockImplementation(function (
    this: Sender,
    ...asked: unknown[]
  ) {
    if (state.reached) return sound.apply(this, asked) as never;
    state.reached = true;
    if (fault === 'fails') throw new Error('the call is lost');
    const answer = sound.apply(this, asked);
    if (fault === 'loses its answer') throw new Error('the answer is lost');
    // A promise of the test would not be the sender's own.
    const held = async () => {
      while (!state.released) await scheduler.wait(1);
      return answer;
    };
    return held() as never;
  });
  onTestFinished(() => spy.mockRestore());
  return {
    get reached() {
      return state.reached;
    },
    release: () => void (state.released = true),
  };
}

const claimFaults = (['claimFiles', 'settleClaim'] as const).flatMap((call) =>
  (['fails', 'loses its answer', 'is answered to the dead'] as const).flatMap((fault) =>
    (['persistent', 'fleeting'] as const).map((client) => ({ call, fault, client })),
  ),
);

test.each(claimFaults)(
  'R7 FIL-12 $call $fault, and the client is $client: the file is in the message, or gone',
  async ({ call, fault, client }) => {
    const given = await newCase(small);
    const clock = moveClock();
    const uploads = uploadsOf(given.from);
    await uploads.begin({ id: given.file, name: 'a.txt', size: small.length });
    await uploads.part(given.file, 1, small);
    await uploads.complete(given.file);
    await uploads.thumbnail(given.file, jpeg());
    const held = amid(call, fault);
    const command = crypto.randomUUID();
    const saying = say(given.from, given.file, command).catch(() => undefined);
    if (fault === 'is answered to the dead') {
      await expect.poll(() => held.reached).toBe(true);
      await kill(given);
      held.release();
    }
    const once = await saying;
    let sent = once?.status === 200 ? once.body : undefined;
    if (client === 'persistent') sent = (await until(() => say(given.from, given.file, command))).body;
    await sweep(given, clock);
    if (!sent) {
      // The message may have been written although its answer was lost.
      const session = await ask<{ conversations: { id: string }[] }>(
        'GET',
        `/api/widget/session?site=${site}`,
        {
          headers: bearer(given.from.token),
        },
      );
      for (const { id: conversation } of session.body.conversations) {
        const by = { kind: 'visitor', id: given.visitor } as const;
        const found = await conversationStub(env, account.id, conversation).recall(by, command);
        if (found?.found) sent = { conversation, seq: found.found.seq };
      }
    }
    await judge(given, sent);
    expect(sums).toMatchObject({ withoutObject: 0, orphans: 0 });
  },
);
