// Writes the modules that are generated from data: the texts of each language, and the emoji.
import { pathToFileURL } from 'node:url';
import { compileEmoji } from './emoji.mjs';
import { compileMessages } from './messages.mjs';

export async function generate() {
  compileEmoji();
  await compileMessages();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await generate();
