/** F85: exactly 100 MB go both ways between two browsers while the server is killed, and chats go on. */
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, expect, test } from 'vitest';
import { build } from '../../bin/build.mjs';
import { mainEntry } from '../../bin/bundle.mjs';
import { seedDemo } from '../../bin/demo.mjs';
import { freePort, scratchFolder } from '../../bin/server.mjs';
import { ServerProcess } from '../faults/child.ts';
import { launchBrowser } from '../helpers/browser.ts';
import { Agent, Visitor } from './people.ts';

/** 100 MB. */
const size = 104_857_600;
/** The server is killed while these parts are on their way. */
const killedAt = [3, 7, 11];
/** Bytes a second of the sender's line, so that a part takes longer than the kill. */
const throughput = 16_777_216;

await build({ log: () => undefined });
const folder = scratchFolder();
const server = new ServerProcess({
  ...{ dataDir: path.join(folder, 'data'), log: path.join(folder, 'log'), entry: mainEntry },
  port: await freePort(),
  env: { DEMO: 'true', BEHIND_CLOUDFLARE: 'true' },
});
const address = await server.start();
const base = address.url.replace('127.0.0.1', 'localhost');
const [browser] = await Promise.all([launchBrowser(), seedDemo(address, false)]);
afterAll(async () => {
  await browser.close();
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** A PDF by its first bytes; the others are random. Returns its path and its SHA-256. */
function makeFile(name: string): { file: string; sum: string } {
  const bytes = randomFillSync(Buffer.alloc(size));
  bytes.write('%PDF-1.7\n');
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return { file, sum: createHash('sha256').update(bytes).digest('hex') };
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Kills the server in the middle of some parts of an upload from this page, and starts it again. */
async function killsDuring(page: Page, act: () => Promise<void>): Promise<number[]> {
  const line = await page.context().newCDPSession(page);
  const limits = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: throughput };
  await line.send('Network.emulateNetworkConditions', limits);
  const killed: number[] = [];
  let kills = Promise.resolve();
  page.on('request', (request) => {
    const part = Number(/\/files\/fil_[^/]+\/parts\/(\d+)/.exec(request.url())?.[1]);
    if (!killedAt.includes(part) || killed.includes(part)) return;
    killed.push(part);
    kills = kills.then(async () => {
      await server.kill();
      await server.start();
    });
  });
  await act();
  await kills;
  await line.detach();
  return killed;
}

async function download(page: Page, button: Locator): Promise<string> {
  const [saved] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return sumOf(await saved.path());
}

test('F85 F87 R7 exactly 104,857,600 bytes go both ways through three kills of the server each, and chats go on', async () => {
  const anna = await Agent.signIn(browser, base, 'anna@demo.test');
  const vera = await Visitor.visit(browser, base);
  await vera.ask('I send you the plans.');
  await anna.take('I send you the plans.');

  const plans = makeFile('plans.pdf');
  const killed = await killsDuring(vera.page, async () => {
    await vera.chat.locator('input[type=file]').setInputFiles(plans.file);
    await vera.say('All of them');
    // A message without files is not held up by the file, nor by the kills.
    await vera.say('They are large.');
    await anna.sees('They are large.');
    await anna.say('I wait for them.');
    await vera.sees('I wait for them.');
    await anna.sees('All of them');
  });
  expect(killed).toEqual(killedAt);
  expect(await download(anna.page, anna.log.getByRole('link', { name: /plans\.pdf/ }))).toBe(plans.sum);

  const offer = makeFile('offer.pdf');
  const killedAgain = await killsDuring(anna.page, async () => {
    await anna.page.locator('input[type=file]').first().setInputFiles(offer.file);
    await anna.say('Our offer');
    await vera.say('Thank you.');
    await anna.sees('Thank you.');
    await vera.sees('Our offer');
  });
  expect(killedAgain).toEqual(killedAt);
  expect(
    await download(vera.page, vera.chat.getByRole('log').getByRole('button', { name: /offer\.pdf/ })),
  ).toBe(offer.sum);
}, 600_000);
