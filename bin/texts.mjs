// Finds the prose of a file: comments, test titles, and Markdown.
import { parse } from 'svelte/compiler';
import ts from 'typescript';

/**
 * A paragraph, a list item, a cell or a description of a tag. Its text is as long as its source, so that a place in the
 * text is a place in the file: markers (`//`, `*`) and addresses are spaces, code is a row of `x`.
 * @typedef {{ kind: 'comment' | 'title' | 'markdown', start: number, text: string }} Text
 * @typedef {{ start: number, end: number }} Range
 */

/** @param {string} file @param {string} source @returns {Text[]} */
export function textsOf(file, source) {
  if (file.endsWith('.md')) return markdown(source);
  const comments = commentsOf(file, source).flatMap((range) => comment(source, range));
  return /\.(?:ts|m?js)$/.test(file) ? [...comments, ...titles(program(file, source))] : comments;
}

/** Line comments below each other are one. @param {string} file @param {string} source @returns {Range[]} */
export function commentsOf(file, source) {
  if (file.endsWith('.md')) return [];
  if (file.endsWith('.toml')) return joined(source, tomlComments(source));
  if (file.endsWith('.svelte')) return joined(source, svelteComments(source));
  return joined(source, scriptComments(program(file, source)));
}

/** @param {string} file @param {string} source */
const program = (file, source) => ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);

/**
 * The comments of a program. Only the gaps between tokens are searched, so a string or a pattern is never a comment.
 * @param {ts.SourceFile} tree @returns {Range[]}
 */
function scriptComments(tree) {
  /** @type {Map<number, Range>} */
  const found = new Map();
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isJSDoc(node)) return;
    const parts = node.getChildren(tree);
    for (const part of parts) visit(part);
    if (parts.length > 0) return;
    for (const find of [ts.getTrailingCommentRanges, ts.getLeadingCommentRanges])
      for (const { pos, end } of find(tree.text, node.pos) ?? []) found.set(pos, { start: pos, end });
  };
  visit(tree);
  return [...found.values()];
}

/** @param {string} source @returns {Range[]} */
function svelteComments(source) {
  const root = parse(source, { modern: true });
  /** @type {Range[]} */
  const found = [...root.comments, ...(root.css?.comments ?? [])];
  /** @param {unknown} node */
  const visit = (node) => {
    if (Array.isArray(node)) for (const part of node) visit(part);
    else if (typeof node === 'object' && node !== null) {
      if (isComment(node)) found.push(node);
      else for (const part of Object.values(node)) visit(part);
    }
  };
  visit(root.fragment);
  return found.sort((a, b) => a.start - b.start);
}

/** @param {object} node @returns {node is Range} */
const isComment = (node) => 'type' in node && node.type === 'Comment' && 'start' in node && 'end' in node;

/** @param {string} source @returns {Range[]} */
function tomlComments(source) {
  const tokens = /"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*/g;
  return [...source.matchAll(tokens)]
    .filter(([token]) => token.startsWith('#'))
    .map(({ 0: token, index }) => ({ start: index, end: index + token.length }));
}

/** @param {string} source @param {Range[]} ranges @returns {Range[]} */
function joined(source, ranges) {
  /** @type {Range[]} */
  const found = [];
  for (const { start, end } of ranges) {
    const last = found.at(-1);
    const marker = /^(?:\/\/|#)/.exec(source.slice(start, start + 2))?.[0];
    if (
      last &&
      marker &&
      source.startsWith(marker, last.start) &&
      /^\r?\n[ \t]*$/.test(source.slice(last.end, start))
    )
      last.end = end;
    else found.push({ start, end });
  }
  return found;
}

/** @param {string} source @param {Range} range */
function comment(source, { start, end }) {
  const text = source
    .slice(start, end)
    .replace(/\*\/$|-->$/, spaces)
    .replace(/^[ \t]*(?:\/\/+|\/\*+|<!--|\*|#+)/gm, spaces);
  return split('comment', start, text);
}

/** The titles of tests and of groups of tests. @param {ts.SourceFile} tree @returns {Text[]} */
function titles(tree) {
  /** @type {Text[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isCallExpression(node) && /^(?:test|it|describe)$/.test(calleeOf(node.expression))) {
      const title = node.arguments[0];
      if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) {
        const start = title.getStart(tree) + 1;
        const text = tree.text.slice(start, title.getEnd() - 1).replace(/\$\{[^}]*\}/g, letters);
        found.push({ kind: 'title', start, text });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** `test` of `test.each(table)`. @param {ts.Expression} callee @returns {string} */
function calleeOf(callee) {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee))
    return calleeOf(callee.expression);
  return ts.isTaggedTemplateExpression(callee) ? calleeOf(callee.tag) : '';
}

/** The end of a paragraph. */
const end = '\u2029';

/** @param {string} source */
function markdown(source) {
  const text = withoutCode(source)
    .replace(/^[ \t]*\|.*$/gm, (row) => row.replace(/(?<!\\)\|/g, end))
    .replace(/^(?:#+|>)(?= .*$)/gm, (marker) => end + spaces(marker).slice(1))
    .replace(/(?<=^\u2029.*)\n/gm, end);
  return split('markdown', 0, text);
}

/** The same source with spaces for its blocks of code. @param {string} source */
export function withoutCode(source) {
  return source
    .replace(/^([ \t]*)(`{3,}|~{3,})[^]*?^\1\2[^\n]*$/gm, spaces)
    .replace(/(?<=\n[ \t]*\n)(?:(?: {4}|\t)[^\n]*(?:\n|$))+/g, spaces);
}

/**
 * Splits a text where a sentence begins without a full stop before it: after an empty line, at the item of a list and
 * after a tag.
 * @param {Text['kind']} kind @param {number} offset @param {string} text @returns {Text[]}
 */
function split(kind, offset, text) {
  const plain = text.replace(/`[^`\n]*`/g, letters).replace(/\]\([^)\s]*\)|<?https?:\/\/[^\s>)]*>?/g, spaces);
  const type = String.raw`(?:\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})?`;
  const name = String.raw`(?:\s+\[?[\w.$=]+\]?)?`;
  const breaks = new RegExp(
    [
      String.raw`@(?:param|property|prop|typedef|template)${type}${name}`,
      String.raw`@[a-z]+${type}`,
      end,
      String.raw`\n[ \t]*(?=\n)`,
      String.raw`\n[ \t]*(?:[-*+]|\d+\.)[ \t]`,
    ].join('|'),
    'g',
  );
  /** @type {Text[]} */
  const found = [];
  let start = 0;
  for (const { 0: mark, index } of [...plain.matchAll(breaks), { 0: '', index: plain.length }]) {
    found.push({ kind, start: offset + start, text: plain.slice(start, index) });
    start = index + mark.length;
  }
  return found.filter((part) => part.text.trim() !== '');
}

/** @param {string} text */
const spaces = (text) => text.replace(/[^\n]/g, ' ');
/** @param {string} text */
const letters = (text) => text.replace(/[^\n]/g, 'x');
