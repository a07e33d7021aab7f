/** Reads requests and answers them: JSON in, a value or a refusal out. */
import { refusals, type Refusal } from '#protocol';
import type { Context } from 'hono';
import type { Env } from '../../actors/stubs.ts';
import { logError } from './log.ts';

export interface Bound {
  Bindings: Env;
  Variables: object;
}
/** A request and its answer, with any variables that earlier middleware has set. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- Hono's variables are invariant: only any fits
export type Exchange = Context<Bound & { Variables: any }>;

/** Answers with a refusal, and with the HTTP status of its code (REF-2). */
export function refused(c: Exchange, refusal: Refusal): Response {
  const { retryAfter } = refusal;
  const headers = retryAfter === undefined ? {} : { 'Retry-After': `${Math.ceil(retryAfter / 1_000)}` };
  return c.json(refusal, refusals[refusal.refused][0], headers);
}

/** Work that the answer neither waits for nor depends on. A failure is only logged. */
export function afterAnswer(c: Exchange, work: Promise<unknown>): void {
  const { method, path } = c.req;
  c.executionCtx.waitUntil(work.catch((error: unknown) => logError(error, { at: 'after', method, path })));
}

/** The body's stated media type, in lower case and without parameters. */
export function contentType(c: Exchange): string | undefined {
  return c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase();
}

/** The unchecked body. If it is not JSON: undefined, which no schema accepts. */
export async function readJson(c: Exchange): Promise<unknown> {
  if (!c.req.raw.body) return undefined;
  try {
    return await c.req.json();
  } catch {
    return undefined;
  }
}
