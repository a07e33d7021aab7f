import { parseArgs } from 'node:util';

/**
 * Reads a script's arguments. `--help` prints the usage. An unknown argument ends the script with one sentence, the
 * usage and exit code 1; parseArgs alone would print a stack trace.
 * @template {import('node:util').ParseArgsConfig} Config
 * @param {string} usage
 * @param {Config} config with `help` among its options
 * @returns {ReturnType<typeof parseArgs<Config>>}
 */
export function readArguments(usage, config) {
  try {
    const read = parseArgs(config);
    if (/** @type {Record<string, unknown>} */ (read.values)['help'] !== true) return read;
    console.log(usage);
    return process.exit(0);
  } catch (error) {
    // Node appends advice on positional arguments, which no script accepts.
    const message = error instanceof Error ? error.message : String(error);
    return refuseArguments(usage, `${message.split(/\. |\n/)[0]?.replace(/\.$/, '')}.`);
  }
}

/** @param {string} usage @param {string} sentence @returns {never} */
export function refuseArguments(usage, sentence) {
  console.error(`${sentence}\n\n${usage}`);
  process.exit(1);
}
