import cloudflare from '@sveltejs/adapter-cloudflare';

// In development the adapter would start a runtime of its own for server code, of which the app has none.
const { emulate: _, ...adapter } = cloudflare({ config: 'wrangler.adapter.toml' });

/** @type {import('@sveltejs/kit').Config} */
export default {
  compilerOptions: {
    runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true),
  },
  kit: {
    adapter,
    csp: {
      mode: 'hash',
      // The Worker also sends this as a header, with `frame-ancestors`, which a meta tag can't contain
      // (worker/http/sites/pages.ts).
      directives: {
        'default-src': ['none'],
        'script-src': ['self'],
        // Without 'unsafe-inline': the app sets run-time styles through the DOM. The hash allows the one style
        // attribute in a page: SvelteKit's, on the element that announces the title to screen readers
        // (test/e2e/policy).
        'style-src': ['self', 'unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
        'img-src': ['self', 'data:', 'blob:'],
        'media-src': ['self'],
        'connect-src': ['self'],
        'font-src': ['self'],
        'manifest-src': ['self'],
        'worker-src': ['self'],
        'object-src': ['none'],
        'base-uri': ['none'],
        'form-action': ['self'],
        'require-trusted-types-for': ['script'],
        'trusted-types': ['svelte-trusted-html', 'sveltekit-trusted-url'],
      },
    },
  },
};
