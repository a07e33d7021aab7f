// `npm run sizes`: compares the gzipped size of a visitor's download with its budget.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { languages } from '../worker/protocol/people/people.ts';
import { build } from './build.mjs';
import { assets } from './paths.mjs';

/** The Worker writes the frame's page from the manifest. This many bytes are reserved for it. */
const page = 1024;
/** The same for the answer with the site's configuration. */
const configuration = 1024;

/** @param {string[]} files */
const weigh = (files) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(assets, file)), { level: 9 }).length, 0);

/**
 * In bytes. `before intent`: all that a page may load before its visitor opens the widget. Everything else of the frame
 * is loaded after it has opened.
 */
const budgets = { loader: 3 * 1024, beforeIntent: 9 * 1024, frame: 40 * 1024 };

await build({ log: () => {} });
check('loader', weigh(['widget.js']), budgets.loader);
check('before intent', weigh(['widget.js', 'widget/alerts.js']) + configuration, budgets.beforeIntent);
for (const language of languages) {
  check(`frame at opening, ${language}`, weigh(filesOf(language)) + page, budgets.frame);
}

/** All files that the frame's page loads. @param {string} language @returns {string[]} */
function filesOf(language) {
  const manifest = path.join(assets, 'widget', `manifest.${language}.json`);
  const { script, preload, styles } = JSON.parse(readFileSync(manifest, 'utf8'));
  return [script, ...preload, ...styles];
}

/** @param {string} name @param {number} size @param {number} budget */
function check(name, size, budget) {
  console.log(`${name}: ${size} of ${budget} bytes`);
  if (size <= budget) return;
  console.error(`The ${name} is ${size - budget} bytes over its budget.`);
  process.exitCode = 1;
}
