/** Answers to requests that no handler answers: an unknown address, a wrong method, an error in the server. */
import { refuse, type Refusal } from '#protocol';
import type { Context } from 'hono';
import { refused, type Bound } from './exchange.ts';
import { logError } from './log.ts';

export function noSuchAddress(c: Context<Bound>): Response {
  return refused(c, refuse('not_found'));
}

export function wrongMethod(c: Context, methods: string[]): Response {
  c.header('Allow', methods.join(', '));
  return refused(c, refuse('method_not_allowed'));
}

export function apiFailed(error: Error, c: Context<Bound>): Response {
  return refused(c, failure(error, c));
}

export function pageFailed(error: Error, c: Context<Bound>): Response {
  const { refused: code, message } = failure(error, c);
  return c.text(message, code === 'unavailable' ? 503 : 500);
}

/** Logs the error. The client receives no detail of it. */
function failure(error: Error, c: Context<Bound>): Refusal {
  logError(error, { at: 'http', method: c.req.method, path: c.req.path, ray: c.req.header('cf-ray') });
  return refuse(isPassing(error) ? 'unavailable' : 'internal');
}

/** True if a database or an actor cannot be reached at present: the same request may succeed in a moment. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { retryable, overloaded } = error as Error & { retryable?: boolean; overloaded?: boolean };
  if (retryable === true || overloaded === true) return true;
  // SQLite would refuse the same statement again.
  const unreachable = error.message.startsWith('D1_') && !error.message.includes('SQLITE_');
  return unreachable || isPassing(error.cause);
}
