/** How a request is read and answered: JSON in, a value or a refusal out. */
import { refusals, type Refusal } from '#protocol';
import type { Context } from 'hono';
import type { Env } from '../../actors/stubs.ts';
import { logError } from './log.ts';

export interface Bound {
  Bindings: Env;
  Variables: object;
}
/** A request and its answer, whatever the middleware before has left on it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- Hono's variables are invariant: nothing else takes them all
export type Exchange = Context<Bound & { Variables: any }>;

/** Answers with a refusal, in its code's status (REF-2). */
export function refused(c: Exchange, refusal: Refusal): Response {
  const { retryAfter } = refusal;
  const headers = retryAfter === undefined ? {} : { 'Retry-After': `${Math.ceil(retryAfter / 1_000)}` };
  return c.json(refusal, refusals[refusal.refused][0], headers);
}

/** Work that the answer neither waits for nor tells of. */
export function afterAnswer(c: Exchange, work: Promise<unknown>): void {
  const { method, path } = c.req;
  c.executionCtx.waitUntil(work.catch((error: unknown) => logError(error, { at: 'after', method, path })));
}

/** What the body says that it is, without parameters. */
export function contentType(c: Exchange): string | undefined {
  return c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase();
}

/** The body, to be checked; undefined, which no schema takes, where it is no JSON. */
export async function readJson(c: Exchange): Promise<unknown> {
  if (!c.req.raw.body) return undefined;
  try {
    return await c.req.json();
  } catch {
    return undefined;
  }
}
