// Finds patterns of the import table that match nothing: a folder was moved or a file deleted, and its rule stayed.

/**
 * @typedef {string | string[]} Patterns
 * @typedef {{ path?: Patterns, pathNot?: Patterns }} Side
 * @typedef {{ name: string, from: Side, to: Side }} Rule
 */

/**
 * @param {Rule[]} rules
 * @param {string[]} files the files that the rules guard
 * @param {string[]} modules these files, and all that they import
 * @returns {string[]} a sentence for each pattern that matches no file or module
 */
export function idlePatterns(rules, files, modules) {
  return rules.flatMap(({ name, from, to }) => {
    const guarded = files.filter((file) => matches(from, file));
    if (guarded.length === 0) return [`${name} guards no file: ${listOf(from.path).join(', ')}`];
    const idle = [
      ...listOf(from.pathNot).filter((pattern) => !files.some((file) => new RegExp(pattern).test(file))),
      ...[...listOf(to.path), ...listOf(to.pathNot)].filter((pattern) => {
        const meant = new Set(guarded.map((file) => filledIn(pattern, from, file)));
        return ![...meant].some((each) => modules.some((module) => new RegExp(each).test(module)));
      }),
    ];
    return idle.map((pattern) => `${name} has a pattern that matches nothing: ${pattern}`);
  });
}

/** @param {Side} side @param {string} file */
function matches({ path, pathNot }, file) {
  const included = path === undefined || listOf(path).some((pattern) => new RegExp(pattern).test(file));
  return included && !listOf(pathNot).some((pattern) => new RegExp(pattern).test(file));
}

/**
 * Replaces `$1` by the part of a file's path that the rule's `from` captures.
 * @param {string} pattern
 * @param {Side} from
 * @param {string} file
 */
function filledIn(pattern, from, file) {
  const captured = listOf(from.path)
    .map((each) => new RegExp(each).exec(file))
    .find((found) => found !== null);
  return pattern.replaceAll(/\$(\d)/g, (_, group) => captured?.[Number(group)] ?? '');
}

/** @param {Patterns | undefined} patterns */
function listOf(patterns = []) {
  return typeof patterns === 'string' ? [patterns] : patterns;
}
