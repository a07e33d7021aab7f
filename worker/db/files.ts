/** The files of an account's messages: part of the history (db/history.ts), counted for its limit of bytes. */

/** The statements that bring the files of written pages into the history. A repetition changes nothing. */
export function fileStatements(
  d1: D1Database,
  account: string,
  conversation: string,
  pages: readonly { readonly entries: string }[],
): D1PreparedStatement[] {
  return pages.flatMap(({ entries }) =>
    [...(entries.includes('"files":[') ? [insert] : []), ...(entries.includes(deletion) ? [remove] : [])].map(
      (query) => d1.prepare(query).bind(account, conversation, entries),
    ),
  );
}

/** A kind in an entry's JSON: within a text its quotes would be escaped. */
const deletion = '"kind":"message.deleted"';

const insert = `
  INSERT INTO files (account_id, conversation_id, id, seq, size, deleted)
  SELECT ?1, ?2, file.value ->> 'id', entry.value ->> 'seq', file.value ->> 'size', 0
  FROM json_each(?3) AS entry, json_each(entry.value, '$.files') AS file
  WHERE entry.value ->> 'kind' = 'message.sent'
  ON CONFLICT DO NOTHING`;

const remove = `
  UPDATE files SET deleted = 1
  WHERE account_id = ?1 AND conversation_id = ?2 AND deleted = 0 AND seq IN (
    SELECT entry.value ->> 'target' FROM json_each(?3) AS entry
    WHERE entry.value ->> 'kind' = 'message.deleted' AND entry.value ->> 'of' = 'message'
  )`;

/** The bytes and the number of an account's files in messages and canned responses, without deleted ones. */
export async function usedSpace(d1: D1Database, account: string): Promise<{ used: number; files: number }> {
  const row = await d1.prepare(spaceQuery).bind(account).first<{ used: number; files: number }>();
  return row ?? { used: 0, files: 0 };
}

export const spaceQuery = `
  SELECT coalesce(sum(size), 0) AS used, count(*) AS files FROM (
    SELECT size FROM files WHERE account_id = ?1 AND deleted = 0
    UNION ALL SELECT size FROM canned_files WHERE account_id = ?1 AND removed_at IS NULL
  )`;
