/**
 * The schema of an actor's own storage: an append-only list of steps. A step that has shipped never changes. Empty
 * storage stays empty until the actor has something to store, so that a guessed name creates nothing.
 */
import type { Sql } from './host.ts';
import { Registers, registersTable } from './registers.ts';

type Versioned = Record<string, unknown> & { schema?: number };

/** Opens an actor's storage and migrates it to the latest version; undefined if it is empty, and it stays empty. */
export function open<Shape extends Record<string, unknown>>(
  sql: Sql,
  steps: readonly string[],
): Registers<Shape> | undefined {
  const registers = Registers.read<Versioned>(sql);
  if (!registers) return undefined;
  const done = registers.get('schema') ?? 0;
  // Storage of a later version keeps its version: a step must not run twice.
  if (done < steps.length) advance(sql, registers, steps, done);
  return registers as unknown as Registers<Shape>;
}

/** Begins an empty storage. */
export function begin<Shape extends Record<string, unknown>>(
  sql: Sql,
  steps: readonly string[],
): Registers<Shape> {
  const registers = new Registers<Versioned>(sql);
  advance(sql, registers, [registersTable, ...steps], 0, steps.length);
  return registers as unknown as Registers<Shape>;
}

/** The registers store the number of finished steps. */
function advance(
  sql: Sql,
  registers: Registers<Versioned>,
  steps: readonly string[],
  done: number,
  version = steps.length,
): void {
  sql.exec(steps.slice(done).join(';'));
  registers.set('schema', version);
}
