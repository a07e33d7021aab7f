/** The checks that every request to the API passes before its handler runs. */
import { isSchema, maxFrameBytes, refuse } from '#protocol';
import { allRoutes } from '#protocol/routes';
import type { HonoRequest, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { contentType, refused, type Bound } from './exchange.ts';
import { publicOrigin } from './links.ts';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True for a request for a socket. */
export function isUpgrade(request: Request): boolean {
  return request.headers.get('Upgrade')?.toLowerCase() === 'websocket';
}

/**
 * REQ-2. A browser always states the origin of a request that changes something and of a socket's upgrade, and no page
 * can forge it. So no page of another origin can act with our cookies. The operator's routes accept no cookie, so they
 * need no origin. Behind a proxy that ends TLS, requests arrive as http: there the deployment's own origin is
 * PUBLIC_URL's.
 */
export const ownOrigin: MiddlewareHandler<Bound> = async (c, next) => {
  const changes = !safe.has(c.req.method) || isUpgrade(c.req.raw);
  if (!changes || c.req.path.startsWith('/api/operator/')) return next();
  const origin = c.req.header('Origin');
  if (origin !== new URL(c.req.url).origin && origin !== publicOrigin(c.env))
    return refused(c, refuse('wrong_origin'));
  return next();
};

/** PHO-1 CAN-19 FIL-3. The routes that accept a file, which their handlers check. */
const withFiles = allRoutes.flatMap(({ method, path, body }) =>
  body && !isSchema(body)
    ? [{ method, pattern: new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`), ...body }]
    : [],
);

function fileOf(request: HonoRequest) {
  return withFiles.find(({ method, pattern }) => method === request.method && pattern.test(request.path));
}

/**
 * REQ-4. Accepts a body only if it is declared as JSON or, on a route for files, as one of their media types: a form on
 * another page can send none of them.
 */
export const jsonOnly: MiddlewareHandler<Bound> = async (c, next) => {
  if (safe.has(c.req.method) || !c.req.raw.body || c.req.header('Content-Length') === '0') return next();
  const media = fileOf(c.req)?.media ?? ['application/json'];
  if (!media.includes(contentType(c) ?? ''))
    return refused(c, refuse('bad_request', { field: 'content-type' }));
  return next();
};

const limited = (maxSize: number) => bodyLimit({ maxSize, onError: (c) => refused(c, refuse('too_large')) });
const limitedFrame = limited(maxFrameBytes);

export const limitedBody: MiddlewareHandler<Bound> = (c, next) => {
  const { maxBytes: most, streamed } = fileOf(c.req) ?? {};
  // The handler reads no byte more than it expects.
  if (streamed) return next();
  return (most === undefined ? limitedFrame : limited(most))(c, next);
};
