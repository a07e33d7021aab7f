/**
 * The audit log. An action is recorded in its own transaction if that is in D1, otherwise right after it. Read newest
 * first.
 */
import {
  type AuditEntry,
  type AuditKind,
  type AuditPage,
  type AuditQuery,
  refuse,
  type Refusal,
} from '#protocol';
import { and, desc, eq, sql, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { prepared } from './batch.ts';
import { audit } from './schema.ts';

/** An action as it is recorded. */
export interface Act extends Omit<AuditEntry, 'subject' | 'changes'> {
  readonly account: string;
  readonly subject?: AuditEntry['subject'];
  readonly changes?: AuditEntry['changes'];
}

/** How long an action is stored, in milliseconds: 400 days. */
const kept = 400 * 86_400_000;

export function record(d1: D1Database, { account, by, subject, changes, ...act }: Act): D1PreparedStatement {
  const row = {
    ...act,
    accountId: account,
    ...{ userId: by?.id ?? null, userName: by?.name ?? null },
    ...{ subjectId: subject?.id ?? null, subjectName: subject?.name ?? null },
    changes: changes ?? null,
  };
  return prepared(d1, drizzle(d1).insert(audit).values(row));
}

/** Records an action that changes no row of D1, and deletes expired actions. */
export async function recordAlone(d1: D1Database, act: Act): Promise<void> {
  await d1.batch([
    record(d1, act),
    d1.prepare('DELETE FROM audit WHERE account_id = ? AND at < ?').bind(act.account, act.at - kept),
  ]);
}

/** For a change: the fields that differ, each with its old and new value. */
export function changesBetween<T extends object>(before: T, after: T): Record<string, [unknown, unknown]> {
  const fields = Object.keys(after) as (keyof T & string)[];
  return Object.fromEntries(
    fields
      .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      .map((field) => [field, [before[field], after[field]]]),
  );
}

export async function listAudit(
  d1: D1Database,
  account: string,
  query: AuditQuery,
): Promise<AuditPage | Refusal> {
  const key = /^(\d{1,15}) (aud_[0-9a-z]{26})$/.exec(query.after ?? '');
  if (query.after !== undefined && !key) return refuse('bad_request', { field: 'after' });
  const limit = query.limit ?? 50;
  const conditions: (SQL | undefined)[] = [
    eq(audit.accountId, account),
    query.kind ? eq(audit.kind, query.kind satisfies AuditKind) : undefined,
    query.user ? sql`(${audit.userId} = ${query.user} OR ${audit.subjectId} = ${query.user})` : undefined,
    key ? sql`(${audit.at}, ${audit.id}) < (${Number(key[1])}, ${key[2]})` : undefined,
  ];
  const rows = await drizzle(d1)
    .select()
    .from(audit)
    .where(and(...conditions))
    .orderBy(desc(audit.at), desc(audit.id))
    .limit(limit + 1);
  const entries = rows.slice(0, limit).map(complete);
  const last = rows.length > limit ? entries.at(-1) : undefined;
  return { entries, next: last ? `${last.at} ${last.id}` : null };
}

function complete({ id, at, kind, address, device, changes, ...row }: typeof audit.$inferSelect): AuditEntry {
  return {
    ...{ id, at, kind, address, device, changes },
    by: named(row.userId, row.userName),
    subject: named(row.subjectId, row.subjectName),
  };
}

function named(id: string | null, name: string | null): { id: string; name: string } | null {
  return id === null ? null : { id, name: name ?? '' };
}
