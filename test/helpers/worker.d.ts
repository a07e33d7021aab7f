/** Additions to `env` and `exports` of `cloudflare:workers` in tests inside workerd. */
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import('../../worker/server.ts');
  }
  interface Env {
    DB: D1Database;
    MAILBOX: Fetcher;
    RACE_CHATS: string;
    RACE_SEED: string;
    MIGRATIONS: import('cloudflare:test').D1Migration[];
  }
}
