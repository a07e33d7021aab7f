/** The headers of every answer. A handler may say more; what it has set is kept. */
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Bound } from './exchange.ts';

const secure = secureHeaders({
  // Nothing of ours is framed, but for the widget's frame, which says by whom.
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: false,
  referrerPolicy: 'no-referrer',
  overwrite: false,
});

const nothing = () => Promise.resolve();

export const safeHeaders: MiddlewareHandler<Bound> = async (c, next) => {
  await next();
  // The answer to an upgrade is the runtime's own: it must not be copied, and can't be changed.
  if (c.res.status !== 101) await secure(c, nothing);
};

/** The API's answers belong to who asked, and to that moment, but for what a handler says is for all and for ever. */
export const neverStored: MiddlewareHandler<Bound> = async (c, next) => {
  await next();
  if (c.res.status !== 101 && !c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
};
