/** The build of the widget rejects a bundle with schemas, and names the module that imports them. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { withoutSchemas } from '../../widget/without-schemas.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds a module as if it were a file of this repository. */
async function bundle(file: string, code: string) {
  const id = root + file;
  const entry = {
    name: 'entry',
    enforce: 'pre' as const,
    resolveId: (source: string) => (source === id ? id : null),
    load: (loaded: string) => (loaded === id ? code : null),
  };
  await build({
    ...{ root, configFile: false, publicDir: false, logLevel: 'silent' },
    plugins: [entry, withoutSchemas()],
    build: { write: false, rollupOptions: { input: id } },
  });
}

test('a bundle with a constant of the protocol is built', async () => {
  const code = "import { ping } from '../../worker/protocol/base/limits.ts'; console.log(ping);";
  await expect(bundle('widget/frame/entry.js', code)).resolves.toBeUndefined();
});

test('a module of the widget that imports valibot is named', async () => {
  const code = "import { is, string } from 'valibot'; console.log(is(string(), location.hash));";
  await expect(bundle('widget/frame/entry.js', code)).rejects.toThrow(
    'widget/frame/entry.js imports valibot',
  );
});

test('a module of the protocol that reads deep into a schema while it loads is named', async () => {
  const code = `import { object, picklist } from 'valibot';
    const Schema = object({ kind: picklist(['a']) });
    console.log(Schema.entries.kind.options);`;
  await expect(bundle('worker/protocol/entry.js', code)).rejects.toThrow(
    'worker/protocol/entry.js reads Schema.entries.kind.options',
  );
});
