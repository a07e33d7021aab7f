/** The uploads of a sender: limits, overlapping attempts, and the sweep. Their HTTP side is in test/http/files. */
import { caps, day } from '#domain/base/caps';
import { partSize } from '#domain/files/parts';
import { refuse } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { accepted, bodyOf, keysOf, putPart, wholeFile } from './files-scene.ts';
import { env, holdClock, id, maybeEvict, moveClock, newScene, ways, type Scene } from './scene.ts';

const senders = ['visitor', 'agent'] as const;
const senderOf = async (scene: Scene, who: (typeof senders)[number]) =>
  (who === 'visitor' ? await scene.visitor() : await scene.agent()).stub;
const bytes = (length: number) => new Uint8Array(length).fill(97);

test.each(senders.flatMap((who) => ways.map((way) => [who, way] as const)))(
  'FIL-5 the stored parts of an upload by an %s survive (%s)',
  async (who, way) => {
    const stub = await senderOf(newScene(), who);
    const file = id('file');
    await stub.beginUpload(bodyOf(partSize + 1, file));
    await putPart(stub, file, 1, bytes(partSize));
    await maybeEvict(way, stub);
    expect(accepted(await stub.upload(file)).stored).toEqual([1]);
    accepted(await putPart(stub, file, 2, bytes(1)));
    await maybeEvict(way, stub);
    expect(await stub.joins(file)).toMatchObject({
      size: partSize + 1,
      parts: [{ partNumber: 1 }, { partNumber: 2 }],
    });
  },
);

test('FIL-9 parts of an upload come one at a time; a part is sent again when its line was lost', async () => {
  const { stub } = await newScene().visitor();
  const file = id('file');
  await stub.beginUpload(bodyOf(2 * partSize, file));
  const lost = await stub.partBegins(file, 1);
  expect(lost).toMatchObject({ length: partSize });
  expect(await stub.partBegins(file, 2)).toEqual(refuse('slow_down', { retryAfter: 1_000 }));
  // The client noticed the loss, the server did not.
  accepted(await putPart(stub, file, 1, bytes(partSize)));
  expect(accepted(await stub.upload(file)).stored).toEqual([1]);
  expect(await stub.partBegins(file, 2)).toMatchObject({ length: partSize });
});

test('FIL-3 a part of which two attempts were stored is sent again: R2 has one of them', async () => {
  const { stub } = await newScene().visitor();
  const file = id('file');
  await stub.beginUpload(bodyOf(1, file));
  const attempts = [await stub.partBegins(file, 1), await stub.partBegins(file, 1)];
  expect(await stub.partBegins(file, 1)).toMatchObject({ length: 1 });
  expect(await stub.partBegins(file, 1)).toMatchObject({ refused: 'slow_down' });
  const stored = [];
  for (const attempt of attempts) {
    if (!('ticket' in attempt)) throw new Error(JSON.stringify(attempt));
    const { etag } = await env.FILES.resumeMultipartUpload(attempt.key, attempt.upload).uploadPart(
      1,
      bytes(1),
    );
    stored.push(accepted(await stub.partEnds(file, 1, attempt.ticket, { etag, sha256: 'x' })).stored);
  }
  expect(stored).toEqual([[1], []]);
  expect(accepted(await putPart(stub, file, 1, bytes(1))).stored).toEqual([1]);
});

test('FIL-20 where R2 has other parts than were recorded, all are sent again, and the file is whole', async () => {
  const { stub } = await newScene().visitor();
  const file = id('file');
  await stub.beginUpload(bodyOf(1, file));
  await putPart(stub, file, 1, bytes(1));
  await stub.joins(file);
  expect(await stub.joined(file, 'parts')).toEqual(refuse('conflict', { field: 'parts' }));
  expect(accepted(await stub.upload(file)).stored).toEqual([]);
  accepted(await putPart(stub, file, 1, bytes(1)));
  const joining = accepted(await stub.joins(file));
  if (!('parts' in joining)) throw new Error('whole already');
  await env.FILES.resumeMultipartUpload(joining.key, joining.upload).complete([...joining.parts]);
  expect(accepted(await stub.joined(file, { sha256: 'x' })).file).toMatchObject({ id: file, sha256: 'x' });
});

test('FIL-9 an upload that was idle for ten minutes makes way for another', async () => {
  const scene = newScene();
  const { stub } = await scene.visitor();
  const clock = holdClock();
  const [one, two, three] = [id('file'), id('file'), id('file')];
  await stub.beginUpload(bodyOf(1, one));
  await stub.beginUpload(bodyOf(1, two));
  clock.by(599_999);
  await putPart(stub, two, 1, bytes(1));
  expect(await stub.beginUpload(bodyOf(1, three))).toMatchObject({ refused: 'slow_down' });
  clock.by(1);
  expect(await stub.beginUpload(bodyOf(1, three))).toMatchObject({ id: three });
  expect(await stub.upload(one)).toMatchObject({ refused: 'not_found' });
  expect(await stub.upload(two)).toMatchObject({ id: two });
});

test('FIL-10 a visitor begins so many files and bytes a day; an agent has no such limit', async () => {
  const scene = newScene();
  const [visitor, agent] = [await scene.visitor(), await scene.agent()];
  const clock = holdClock();
  const sent = (count: number, size: number) => {
    const row = `INSERT INTO uploads (id, key, name, extension, size, state, counted, began_at, used_at, due_at)
      VALUES (?, 'x', 'a.txt', 'txt', ?, 'sent', ?, ?, ?, ?)`;
    const times = [clock.now, clock.now, clock.now + day];
    for (const { stub } of [visitor, agent])
      void runInDurableObject(stub, (_, { storage }) => {
        for (let i = 0; i < count; i++) storage.sql.exec(row, id('file'), size, size, ...times);
      });
  };
  const begins = async ({ stub }: typeof visitor | typeof agent, size: number) => {
    const answer = await stub.beginUpload(bodyOf(size));
    return 'refused' in answer ? answer.refused : 'begun';
  };
  sent(1, caps.fileBytesPerVisitor - 10);
  expect([await begins(visitor, 11), await begins(agent, 11)]).toEqual(['file_quota', 'begun']);
  expect(await begins(visitor, 10)).toBe('begun');
  clock.by(day);
  sent(caps.filesPerVisitor, 1);
  expect([await begins(visitor, 1), await begins(agent, 1)]).toEqual(['file_quota', 'begun']);
});

test('FIL-10 bytes and requests of a sender have a pace', async () => {
  const { stub } = await newScene().visitor();
  holdClock();
  const file = id('file');
  await stub.beginUpload(bodyOf(13 * partSize, file));
  const parts = [];
  for (let time = 0; time < 66; time++) {
    const admitted = await stub.partBegins(file, 1);
    if ('ticket' in admitted) await stub.partEnds(file, 1, admitted.ticket, null);
    parts.push('refused' in admitted ? admitted.refused : 'admitted');
  }
  expect(parts.indexOf('slow_down')).toBe(64);
  const asked = [];
  for (let time = 0; time < 101; time++) asked.push('refused' in (await stub.upload(file)));
  expect([asked.indexOf(true), asked.filter((refused) => refused).length]).toEqual([99, 2]);
});

test('S1 an object with an invented name stores nothing, whatever it is asked about files', async () => {
  const { visitorStub, agentStub } = await import('../../worker/actors/stubs.ts');
  for (const stub of [
    visitorStub(env, id('account'), id('visitor')),
    agentStub(env, id('account'), id('user')),
  ]) {
    const file = id('file');
    const image = { type: 'image/png', width: 1, height: 1 } as const;
    const answers = [
      ...[await stub.beginUpload(bodyOf(1, file)), await stub.upload(file), await stub.partBegins(file, 1)],
      ...[await stub.partEnds(file, 1, 'x', null), await stub.joins(file), await stub.joined(file, 'failed')],
      ...[await stub.setThumbnail(file, image, bytes(1)), await stub.cancelUpload(file)],
      ...[
        await stub.refuseContent(file),
        await stub.claimFiles([file], id('conversation'), crypto.randomUUID()),
      ],
    ];
    expect(answers).toEqual(answers.map(() => refuse('signed_out')));
    await stub.settleClaim(id('conversation'), crypto.randomUUID(), true);
    const tables = await runInDurableObject(stub, (_, { storage }) => [
      ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'"),
    ]);
    expect(tables).toEqual([]);
  }
});

test.each(senders.flatMap((who) => ways.map((way) => [who, way] as const)))(
  'FIL-11 an upload that no message has within 24 hours is deleted, of an %s (%s)',
  async (who, way) => {
    const scene = newScene();
    const stub = await senderOf(scene, who);
    const clock = moveClock();
    const whole = await wholeFile(stub);
    const unfinished = id('file');
    await stub.beginUpload(bodyOf(2, unfinished));
    await putPart(stub, unfinished, 1, bytes(2));
    expect(await keysOf(scene.account)).toHaveLength(1);
    clock.by(day - 60_000);
    await maybeEvict(way, stub);
    await runDurableObjectAlarm(stub);
    expect(await stub.upload(whole.id)).toMatchObject({ file: whole });
    clock.by(120_000);
    await maybeEvict(way, stub);
    await expect
      .poll(async () => {
        await runDurableObjectAlarm(stub);
        return [await keysOf(scene.account), await stub.upload(whole.id), await stub.upload(unfinished)];
      })
      .toEqual([[], refuse('not_found'), refuse('not_found')]);
    // The rows go too, once what was on its way has been deleted again.
    await expect
      .poll(async () => {
        clock.by(day);
        await runDurableObjectAlarm(stub);
        return runInDurableObject(stub, (_, { storage }) => [
          ...storage.sql.exec('SELECT id FROM uploads UNION SELECT file FROM upload_parts'),
        ]);
      })
      .toEqual([]);
  },
);
