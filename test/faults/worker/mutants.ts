/** Wrong servers, each wrong in one way: a run that calls one of them sound is worth nothing. */
import { Journal } from '../../../worker/actors/conversation/journal.ts';
import { Alarm } from '../../../worker/runtime/alarm.ts';
import type { Mutant } from '../modes.ts';
import { plan } from './d1-faults.ts';

/** Makes this isolate, and the storage of one conversation, wrong as it is told. */
export function mutate(mutant: Mutant | undefined, sql: SqlStorage): void {
  switch (mutant) {
    case 'hasty':
      // It answers from memory, and writes a while later.
      writeMessages(sql, (write) => void setTimeout(write, 1_500));
      break;
    case 'dropping':
      // It answers, and once in a while never writes.
      writeMessages(sql, (write) => void (Math.random() < 0.02 || write()));
      break;
    case 'forgetful':
      // It does not know what it has done before.
      Journal.prototype.entryOf = () => undefined;
      break;
    case 'deaf-archive':
      // D1 says that it has written, and sometimes it has not.
      plan.deaf = true;
      break;
    case 'no-alarm':
      // Nothing wakes it once it sleeps.
      Alarm.prototype.arm = () => undefined;
      break;
    case undefined:
      break;
  }
}

/** Gives the write of each message to `when`; what is kept in memory is as it should be. */
function writeMessages(sql: SqlStorage, when: (write: () => void) => void): void {
  const exec = sql.exec.bind(sql);
  const held = (query: string, ...bindings: unknown[]) => {
    if (!query.startsWith('INSERT INTO entries') || !String(bindings[1]).includes('"message.sent"')) {
      return exec(query, ...bindings);
    }
    when(() => void exec(query, ...bindings));
    return [];
  };
  Object.defineProperty(sql, 'exec', { value: held });
}
