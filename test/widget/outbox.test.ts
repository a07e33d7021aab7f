import { carriedOutbox, type Carrier, type Pending } from '#client/outbox';
import { expect, test } from 'vitest';

const pending = (id: string): Pending => ({ id, frame: { t: 'message.send', id, text: id }, at: 0 });

/** Storage with a delay, like the bridge to the page. */
function slowCarrier(): Carrier {
  const kept = new Map<string, string>();
  const later = () => new Promise((resolve) => setImmediate(resolve));
  return {
    load: (key) => later().then(() => kept.get(key) ?? null),
    save: (key, value) => later().then(() => void (value === null ? kept.delete(key) : kept.set(key, value))),
  };
}

test('R15 two tabs that share one outbox remove none of each other’s messages', async () => {
  const carrier = slowCarrier();
  const [one, two] = [carriedOutbox(carrier, 'shared'), carriedOutbox(carrier, 'shared')];
  for (let i = 0; i < 10; i++) {
    one.put(pending(`one-${i}`));
    two.put(pending(`two-${i}`));
  }
  await one.load();
  const kept = async () => (await two.load()).map(({ id }) => id).sort();
  const ten = (name: string) => Array.from({ length: 10 }, (_, i) => `${name}-${i}`);
  expect(await kept()).toEqual([...ten('one'), ...ten('two')]);
  for (const id of ten('one')) one.drop(id);
  await one.load();
  expect(await kept()).toEqual(ten('two'));
});

test('R15 stored data that is no outbox is ignored, and overwritten', async () => {
  for (const text of ['', '{', '{}', 'null', '[1,{"id":2}]']) {
    let kept: string | null = text;
    const outbox = carriedOutbox(
      {
        load: () => Promise.resolve(kept),
        save: (_, value) => {
          kept = value;
          return Promise.resolve();
        },
      },
      'broken',
    );
    expect(await outbox.load()).toEqual([]);
    outbox.put(pending('a'));
    expect(await outbox.load()).toEqual([pending('a')]);
  }
});
