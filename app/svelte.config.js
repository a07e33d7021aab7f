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
      // `frame-ancestors` is not heard in a meta tag; the Worker sends it as a header.
      directives: {
        'default-src': ['self'],
        'script-src': ['self'],
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'data:', 'blob:'],
        'connect-src': ['self'],
        'object-src': ['none'],
        'base-uri': ['none'],
        'form-action': ['self'],
      },
    },
  },
};
