/** The function that computes a report. */
import type { Account, AnswerOf, QueryOf, reportRoutes } from '#protocol';

export type Reports = typeof reportRoutes;

/** Computes a report of an account; `now` is the time up to which it counts. */
export type Reader<Name extends keyof Reports> = (
  d1: D1Database,
  account: Account,
  query: QueryOf<Reports[Name]>,
  now: number,
) => Promise<AnswerOf<Reports[Name]>>;
