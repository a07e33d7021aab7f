/** Uploads and the messages that wait for them, over a line that loses calls, and through reloads. */
import { partSize } from '#domain/files/parts';
import type { FileInfo } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Attachments, type Outgoing } from '../../widget/client/attachments.ts';
import { memoryStore, type UploadStore } from '../../widget/client/upload-store.ts';
import { PaperClock, PaperFiles, PaperTabs, type Fate } from './paper-files.ts';

class Page {
  readonly sent: Outgoing[] = [];
  readonly clock = new PaperClock();
  readonly files: Attachments;

  constructor(server: PaperFiles, store: UploadStore, tabs: PaperTabs, fate: () => Fate = () => 'ok') {
    this.files = new Attachments({
      ...{ env: this.clock.env, api: server.line(fate), store, tabs: tabs.open(), owner: 'vera' },
      send: (_, message) => void this.sent.push(message),
      changed: () => undefined,
      thumbnail: () => Promise.resolve(null),
    });
    void this.files.start();
  }

  /** Goes on until nothing is on its way any more. */
  async settle(): Promise<void> {
    await expect
      .poll(() => this.clock.step().then((more) => more || this.busy), { interval: 1, timeout: 60_000 })
      .toBe(false);
  }

  get busy(): boolean {
    const all = [...this.files.scopes].flatMap((scope) => {
      const { attached, held } = this.files.of(scope);
      return [...attached, ...held.flatMap(({ files }) => files)];
    });
    return all.some(({ state }) => state !== 'ready' && state !== 'failed');
  }
}

const alone = () => {
  const server = new PaperFiles();
  return { server, page: new Page(server, memoryStore(), new PaperTabs()) };
};
const file = (name: string, size = 10, seed = 1) =>
  new File([new Uint8Array(size).map((_, at) => (at * seed) % 251)], name);
const states = (page: Page, scope = 'chat') => page.files.of(scope).attached.map(({ state }) => state);
const codes = (page: Page) => page.files.of('chat').attached.map(({ code }) => code);

test('F83 F84 F85 a file is uploaded at once; one that cannot be sent is refused before any call', async () => {
  const { server, page } = alone();
  const tooLarge = file('large.pdf');
  Object.defineProperty(tooLarge, 'size', { value: 104_857_601 });
  page.files.add('chat', [file('a.pdf'), file('b.exe'), tooLarge, file('empty.pdf', 0)]);
  expect(codes(page)).toEqual([undefined, 'file_type', 'too_large', 'bad_request']);
  await page.settle();
  expect(states(page)).toEqual(['ready', 'failed', 'failed', 'failed']);
  expect([...server.uploads.values()].map(({ body }) => body.name)).toEqual(['a.pdf']);
});

test('F83 a message has up to ten files', async () => {
  const { page } = alone();
  page.files.add(
    'chat',
    Array.from({ length: 12 }, (_, at) => file(`${at}.pdf`)),
  );
  await page.settle();
  expect(codes(page).slice(-3)).toEqual([undefined, 'too_many_files', 'too_many_files']);
  page.files.send('chat', { text: '' });
  expect(page.sent.map(({ files }) => files.length)).toEqual([10]);
  expect(states(page)).toEqual(['failed', 'failed']);
});

const price: FileInfo = { id: 'fil_price', name: 'Prices.pdf', type: 'pdf', size: 7, sha256: 'of prices' };

test('CAN-33 a file of a canned response is copied once, survives a reload, and its message waits for the copy', async () => {
  const server = new PaperFiles();
  server.canned.set(price.id, price);
  const [store, tabs] = [memoryStore(), new PaperTabs()];
  let fate: Fate = 'deaf';
  const before = new Page(server, store, tabs, () => fate);
  before.files.copy('chat', price);
  before.files.copy('chat', price);
  before.files.send('chat', { text: 'Our prices' });
  expect([before.files.of('chat').held.map(({ files }) => files.length), server.uploads.size]).toEqual([
    [1],
    0,
  ]);
  before.files.end();
  fate = 'mute';
  const after = new Page(server, store, tabs, () => {
    const now = fate;
    fate = 'ok';
    return now;
  });
  await after.settle();
  expect(after.sent.map(({ text, files }) => ({ text, names: files.map(({ name }) => name) }))).toEqual([
    { text: 'Our prices', names: ['Prices.pdf'] },
  ]);
  expect(server.uploads.size).toBe(1);
});

test('CAN-33 a file that the response has lost fails for good, and the message can go without it', async () => {
  const { page } = alone();
  page.files.copy('chat', price);
  await page.settle();
  expect(page.files.of('chat').attached).toMatchObject([
    { state: 'failed', code: 'not_found', again: false },
  ]);
  page.files.send('chat', { text: 'Without it' });
  expect(page.sent.map(({ text, files }) => [text, files.length])).toEqual([['Without it', 0]]);
});

test('FIL-9 two uploads run at once, and one part of each', async () => {
  const { server, page } = alone();
  page.files.add(
    'chat',
    Array.from({ length: 5 }, (_, at) => file(`${at}.pdf`, partSize + 5)),
  );
  await page.settle();
  expect(states(page)).toEqual(Array(5).fill('ready'));
  expect(server.most).toEqual({ uploads: 2, parts: 1 });
});

test('F83 a message waits for its files, and goes once', async () => {
  const { page } = alone();
  page.files.add('chat', [file('a.pdf'), file('b.pdf')]);
  page.files.send('chat', { text: 'Both', quote: 3 });
  expect(page.files.of('chat')).toEqual({
    attached: [],
    held: [expect.objectContaining({ text: 'Both', quote: 3 })],
  });
  await page.settle();
  expect(page.sent).toEqual([
    expect.objectContaining({ text: 'Both', quote: 3, files: [expect.anything(), expect.anything()] }),
  ]);
  expect(page.files.scopes.size).toBe(0);
});

test('F83 a failed file holds its message until it is removed; other messages go', async () => {
  const { page } = alone();
  page.files.add('chat', [file('fake.pdf'), file('good.pdf')]);
  page.files.send('chat', { text: 'First' });
  page.files.add('chat', [file('next.pdf')]);
  page.files.send('chat', { text: 'Second' });
  await page.settle();
  expect(page.sent.map(({ text }) => text)).toEqual(['Second']);
  const [held] = page.files.of('chat').held;
  const failed = held?.files.find(({ code }) => code === 'file_type');
  page.files.remove('chat', failed?.id ?? '');
  expect(page.sent.map(({ text, files }) => [text, files.map(({ name }) => name)])).toEqual([
    ['Second', ['next.pdf']],
    ['First', ['good.pdf']],
  ]);
});

test('F83 a file that is removed is cancelled, and sends nothing more', async () => {
  const { server, page } = alone();
  page.files.add('chat', [file('a.pdf', 2 * partSize)]);
  const id = page.files.of('chat').attached[0]?.id ?? '';
  await page.clock.step();
  page.files.remove('chat', id);
  await page.settle();
  expect([...server.uploads.keys()]).toEqual([]);
  expect(server.cancelled.has(id)).toBe(true);
});

test('F83 FIL-2 an upload whose id is used up goes on under another', async () => {
  const { server, page } = alone();
  page.files.add('chat', [file('a.pdf')]);
  server.cancelled.add(page.files.of('chat').attached[0]?.id ?? '');
  page.files.send('chat', { text: 'Here' });
  await page.settle();
  expect(page.sent).toHaveLength(1);
});

test('F83 another tab takes over only after the first has closed', async () => {
  const [server, store, tabs] = [new PaperFiles(), memoryStore(), new PaperTabs()];
  const first = new Page(server, store, tabs, () => 'deaf');
  first.files.add('chat', [file('a.pdf')]);
  first.files.send('chat', { text: 'Mine' });
  const second = new Page(server, store, tabs);
  await second.clock.step();
  expect(second.files.scopes.size).toBe(0);
  first.files.end();
  await second.clock.step();
  await second.settle();
  expect(second.sent.map(({ text }) => text)).toEqual(['Mine']);
});

const fates = fc.array(fc.constantFrom<Fate>('ok', 'ok', 'deaf', 'mute', 'slow_down', 'unavailable'), {
  maxLength: 60,
});
const plans = fc.array(
  fc.record({
    files: fc.array(fc.constantFrom(7, 4_000, partSize + 3), { minLength: 1, maxLength: 3 }),
    /** The page is reloaded after so many timers. */
    reload: fc.integer({ min: 0, max: 6 }),
  }),
  { minLength: 1, maxLength: 3 },
);

test('F83 R7 through lost calls, lost answers and reloads each message goes with its whole files, under one id', async () => {
  await fc.assert(
    fc.asyncProperty(fates, plans, async (told, plan) => {
      const [server, store, tabs] = [new PaperFiles(), memoryStore(), new PaperTabs()];
      const fate = () => told.pop() ?? 'ok';
      const sent = new Map<string, Outgoing>();
      const texts: string[] = [];
      for (const [turn, { files, reload }] of plan.entries()) {
        const page = new Page(server, store, tabs, fate);
        await page.clock.step();
        page.files.add(
          'chat',
          files.map((size, at) => file(`${turn} ${at}.pdf`, size, turn + at + 1)),
        );
        page.files.send('chat', { text: `${turn}` });
        texts.push(`${turn}`);
        for (let step = 0; step < reload; step++) await page.clock.step();
        for (const message of page.sent) sent.set(message.id, message);
        page.files.end();
      }
      const last = new Page(server, store, tabs, fate);
      await last.clock.step();
      await last.settle();
      for (const message of last.sent) sent.set(message.id, message);
      expect([...sent.values()].map(({ text }) => text).sort()).toEqual(texts.sort());
      for (const { text, files } of sent.values()) {
        const { files: sizes = [] } = plan[Number(text)] ?? {};
        expect(files.map(({ size }) => size)).toEqual(sizes);
        for (const [at, { id, size }] of files.entries()) {
          const bytes = new Uint8Array(await file('', size, Number(text) + at + 1).arrayBuffer());
          expect(Buffer.compare(server.bytesOf(id), bytes)).toBe(0);
        }
      }
      expect(server.most.parts).toBeLessThanOrEqual(1);
      expect(server.most.uploads).toBeLessThanOrEqual(2);
      expect(last.files.scopes.size).toBe(0);
    }),
    { numRuns: 25 },
  );
}, 120_000);
