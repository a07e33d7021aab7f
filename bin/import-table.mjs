// The table of imports between folders, checked by `npm run lint`. A folder may import itself, the folders in its
// row, and nothing else.

/** @param {string[]} names */
const packages = (...names) => names.map((name) => `^node_modules/(@types/)?${name}/`);
const protocol = '^worker/protocol/';
const domain = '^worker/domain/';
const runtime = '^worker/runtime/';
const db = '^worker/db/';
const contracts = '^worker/actors/contracts/';
const sendingFiles = '^worker/actors/files/';
const stubs = '^worker/actors/(stubs|limits)\\.ts$';
const workers = '^cloudflare:';
/** @param {string} part */
const words = (part) => `^[.]build/messages/${part}/`;
const emoji = '^[.]build/emoji/';
const valibot = packages('valibot');
const drizzle = packages('drizzle-orm');
const hono = packages('hono');
const anyPackage = ['^node_modules/', '^[$]', '^node:'];

/**
 * @param {string} name
 * @param {string} from
 * @param {string[]} to
 * @param {string} [pathNot]
 */
const row = (name, from, to, pathNot) => ({
  name: `imports-of-${name}`,
  comment: `${from} may import: ${to.join(', ')}`,
  severity: 'error',
  from: pathNot ? { path: from, pathNot } : { path: from },
  to: { pathNot: [from, ...to] },
});

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules never import each other in a cycle, by their types either.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      // Modules of the runtime and of the build have no file.
      to: {
        couldNotResolve: true,
        pathNot: ['^cloudflare:', '^[$]app/'],
      },
    },
    row('protocol', protocol, valibot),
    row('domain', domain, [protocol]),
    row('db', db, [protocol, domain, ...drizzle], 'drizzle\\.config\\.ts$'),
    row('runtime', runtime, [protocol, domain, workers]),
    row('actors', '^worker/actors/', [
      protocol,
      domain,
      runtime,
      db,
      workers,
      '^(node:)?crypto$',
      ...packages('otpauth', 'worker-mailer'),
      words('worker'),
    ]),
    row('contracts', contracts, [protocol, domain, '^worker/db/users\\.ts$']),
    {
      name: 'actors-keep-apart',
      comment:
        'An actor knows of another one its contract alone. Those that send files have that part in common.',
      severity: 'error',
      from: { path: '^worker/actors/([^/]+)/' },
      to: { path: '^worker/actors/[^/]+/', pathNot: ['^worker/actors/$1/', contracts, sendingFiles] },
    },
    {
      name: 'actors-above-their-folders',
      comment: 'A file for all actors imports none of them.',
      severity: 'error',
      from: { path: '^worker/actors/[^/]+$' },
      to: { path: '^worker/actors/[^/]+/', pathNot: contracts },
    },
    row('http', '^worker/http/', [
      protocol,
      domain,
      db,
      contracts,
      stubs,
      workers,
      ...hono,
      ...packages('@valibot/to-json-schema', 'ipaddr.js', 'hucre'),
      words('worker'),
    ]),
    row('server', '^worker/server\\.ts$', ['^worker/(http|actors)/', workers, ...hono]),
    row('app', '^app/src/', [protocol, domain, '^widget/client/', words('app'), emoji, ...anyPackage]),
    ...[
      ['^app/src/routes/([^/(]+)/', '^app/src/routes/$1/'],
      ['^app/src/routes/\\(signed-in\\)/([^/]+)/', '^app/src/routes/\\(signed-in\\)/$1/'],
      ['^app/src/routes/\\(signed-in\\)/console/([^/]+)/', '^app/src/routes/\\(signed-in\\)/console/$1/'],
    ].map(([section = '', itself = '']) => ({
      name: 'routes-keep-apart',
      comment: 'A page imports its own files; code of several pages is in app/src/lib.',
      severity: 'error',
      from: { path: section },
      to: { path: '^app/src/routes/', pathNot: itself },
    })),
    ...['', '\\(signed-in\\)/', '\\(signed-in\\)/console/'].map((group) => ({
      name: 'layouts-above-their-pages',
      comment: 'A layout imports no page.',
      severity: 'error',
      from: { path: `^app/src/routes/${group}[^/]+$` },
      to: { path: `^app/src/routes/${group}[^/]+/` },
    })),
    {
      name: 'lib-below-the-routes',
      severity: 'error',
      from: { path: '^app/src/lib/' },
      to: { path: '^app/src/routes/' },
    },
    row(
      'widget',
      '^widget/',
      [protocol, domain, words('widget'), emoji, ...packages('svelte')],
      '((vite|svelte)\\.config\\.[jt]s|/without-schemas\\.ts)$',
    ),
    {
      name: 'no-framework-outside-the-frame',
      comment: 'The loader runs in a customer’s page, and the client in any page or in Node.',
      severity: 'error',
      from: { path: '^widget/(loader|client)/', pathNot: 'vite\\.config\\.ts$' },
      to: { path: ['^node_modules/', '\\.svelte(\\.ts)?$', '^widget/frame/'] },
    },
    {
      name: 'client-stands-alone',
      severity: 'error',
      from: { path: '^widget/client/' },
      to: { path: '^widget/(loader|frame)/' },
    },
    {
      name: 'nobody-imports-the-app',
      severity: 'error',
      from: { pathNot: ['^app/', '^test/'] },
      to: { path: '^app/' },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^[.]build/(messages|emoji)/'] },
    exclude: { path: ['(^|/)[.]svelte-kit/', '^[.]build/(?!messages/|emoji/)'] },
    tsPreCompilationDeps: true,
    builtInModules: {
      add: ['cloudflare:workers', 'cloudflare:test', 'cloudflare:sockets', 'cloudflare:email'],
    },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'types', 'import', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.svelte'],
    },
  },
};
