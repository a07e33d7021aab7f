/** Faulty servers, each with one fault: a run that judges one of them sound is worth nothing. */
import { Journal } from '../../../worker/actors/conversation/journal.ts';
import { Alarm } from '../../../worker/runtime/alarm.ts';
import type { Mutant } from '../modes.ts';
import { plan } from './d1-faults.ts';

/** Adds a fault to this isolate and to the storage of one conversation. */
export function mutate(mutant: Mutant | undefined, sql: SqlStorage): void {
  switch (mutant) {
    case 'hasty':
      // It answers from memory, and writes later.
      writeMessages(sql, (write) => void setTimeout(write, 1_500));
      break;
    case 'dropping':
      // It answers, and once in a while never writes.
      writeMessages(sql, (write) => void (Math.random() < 0.02 || write()));
      break;
    case 'forgetful':
      // It does not recognise commands that it has done before.
      Journal.prototype.entryOf = () => undefined;
      break;
    case 'deaf-archive':
      // D1 sometimes reports a write that it has not done.
      plan.deaf = true;
      break;
    case 'no-alarm':
      // No alarm wakes it once it hibernates.
      Alarm.prototype.arm = () => undefined;
      break;
    case undefined:
      break;
  }
}

/** Passes the write of each message to `when`; memory is left correct. */
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
