// Compiles the texts of each part from `<part>/messages/<language>.json` to modules, imported as `#words/<part>`.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { languages } from '../worker/protocol/people/people.ts';
import { at, built } from './paths.mjs';
import { isFresh, remember, stampOf } from './stamps.mjs';

const parts = ['app', 'widget', 'worker'];
const makers = ['bin/messages.mjs', 'worker/protocol/people/people.ts', 'package-lock.json'];

/** Compiles the texts that have changed. Concurrent calls run one after the other. */
export function compileMessages() {
  const turn = lastTurn.then(compileStale);
  lastTurn = turn.catch(() => {});
  return turn;
}

/** @type {Promise<void>} */
let lastTurn = Promise.resolve();

async function compileStale() {
  for (const part of parts) {
    const stamp = stampOf([`${part}/messages`, ...makers]);
    const folder = path.join(built, 'messages', part);
    if (isFresh(`messages-${part}`, stamp) && existsSync(path.join(folder, 'messages.js'))) continue;
    // Written beside the previous files, then moved file by file: a concurrent reader finds each file whole.
    const next = `${folder}.${process.pid}`;
    await compile(part, next);
    moveFiles(next, folder);
    rmSync(next, { recursive: true, force: true });
    remember(`messages-${part}`, stamp);
  }
}

/** @param {string} part @param {string} folder */
async function compile(part, folder) {
  // Imported late: loading it takes longer than everything else here.
  const { compile: compileProject } = await import('@inlang/paraglide-js');
  const project = `${folder}.inlang`;
  mkdirSync(project, { recursive: true });
  const settings = {
    baseLocale: languages[0],
    locales: languages,
    // A file path: from a web address it would be fetched, and skipped where the machine is offline.
    modules: [at('node_modules/@inlang/plugin-message-format/dist/index.js')],
    'plugin.inlang.messageFormat': { pathPattern: at(part, 'messages', '{locale}.json') },
  };
  writeFileSync(path.join(project, 'settings.json'), JSON.stringify(settings));
  await compileProject({
    project,
    outdir: folder,
    // Each language is one module, so that the widget can be built with one language alone.
    outputStructure: 'locale-modules',
    strategy: ['globalVariable', 'baseLocale'],
    emitTsDeclarations: true,
    disableAsyncLocalStorage: true,
    emitGitIgnore: false,
    emitPrettierIgnore: false,
    emitReadme: false,
  });
  rmSync(project, { recursive: true, force: true });
  for (const language of languages) {
    const compiled = readFileSync(path.join(folder, 'messages', `${language}.js`), 'utf8');
    // The compiler treats an unreadable file as empty, and renames a key that has capitals.
    for (const key of Object.keys(JSON.parse(readFileSync(at(part, 'messages', `${language}.json`), 'utf8'))))
      if (!compiled.includes(`export const ${key} = `))
        throw new Error(`${part}/messages/${language}.json: “${key}” is not compiled. Is it in snake_case?`);
  }
}

/** @param {string} from @param {string} to */
function moveFiles(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) moveFiles(source, target);
    else renameSync(source, target);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await compileMessages();
