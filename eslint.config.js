import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

const clocksAndChance = [
  { object: 'Date', property: 'now', message: 'Pass the time in.' },
  { object: 'Math', property: 'random', message: 'Pass chance in.' },
];

// bin/import-table.mjs checks the imports between folders.
export default defineConfig(
  globalIgnores(['**/.svelte-kit/', '.build/', '.data/', '.wrangler/']),
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  {
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-console': ['error', { allow: ['error'] }],
      eqeqeq: 'error',
      // The compiler knows the names, also those of the platforms.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/*.svelte.ts', '**/vite.config.ts'],
    languageOptions: {
      parserOptions: {
        // The programs of `npm run types`, each parsed once.
        project: [
          ...['worker', 'widget', 'app', 'test', 'test/simulation', 'bin'].map(
            (program) => `${program}/tsconfig.json`,
          ),
          'test/tsconfig.workerd.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['app/**', 'widget/**'],
    // The app is served at the root of its host, and a visitor's link must stay as the visitor wrote it.
    rules: { 'svelte/no-navigation-without-resolve': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      // State that is rendered is replaced whole ($state.raw); a private Map is not rendered.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['worker/protocol/**', 'worker/domain/**'],
    rules: {
      'no-restricted-properties': ['error', ...clocksAndChance],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Pass the time in.' },
        { selector: "CallExpression[callee.name='Date']", message: 'Pass the time in.' },
      ],
      'no-restricted-globals': [
        'error',
        'crypto',
        'console',
        'fetch',
        'performance',
        'setTimeout',
        'setInterval',
        'queueMicrotask',
        'WebSocket',
        'window',
        'document',
        'navigator',
        'caches',
        'process',
        'globalThis',
      ],
    },
  },
  {
    files: ['bin/**', 'test/**', 'worker/http/serving/log.ts', 'worker/runtime/log.ts'],
    rules: { 'no-console': 'off' },
  },
);
