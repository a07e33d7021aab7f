// What a visitor downloads, gzipped, against what it may weigh.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from './build.mjs';
import { assets } from './paths.mjs';

/** The frame's page is written by the Worker from the manifest; this much is set aside for it. */
const page = 1024;

/** @param {string[]} files */
const weigh = (files) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(assets, file)), { level: 9 }).length, 0);

await build({ log: () => {} });
const frameFiles = readdirSync(path.join(assets, 'widget', 'assets'), { recursive: true })
  .map((file) => path.join('widget', 'assets', String(file)))
  .filter((file) => /\.(js|css)$/.test(file));

check('loader', weigh(['widget.js']), 3 * 1024);
check('frame', weigh(frameFiles) + page, 35 * 1024);

/** @param {string} name @param {number} size @param {number} budget */
function check(name, size, budget) {
  console.log(`${name}: ${size} of ${budget} bytes`);
  if (size <= budget) return;
  console.error(`The ${name} is ${size - budget} bytes over its budget.`);
  process.exitCode = 1;
}
