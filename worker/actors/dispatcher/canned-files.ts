/**
 * Deletes the files of canned responses that no response has any more. The notice of a change comes before the change,
 * so a crash in between leaves a run that finds nothing, and no file without a run.
 */
import { day } from '#domain/base/caps';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { DispatcherRegisters } from './storage.ts';

/** The pause before a further run finds files that a change removes after its notice, in milliseconds. */
const slack = 60_000;

export class CannedFiles implements Duty {
  readonly name = 'canned_files';
  readonly #host: Host;
  readonly #registers: Registers<DispatcherRegisters>;
  /** Deletes what is due by this time, and answers when the next one is. */
  readonly #sweep: (now: number) => Promise<number | null>;
  readonly #arm: () => void;
  #notices = 0;

  constructor(
    registers: Registers<DispatcherRegisters>,
    host: Host,
    { sweep, arm }: { sweep: (now: number) => Promise<number | null>; arm: () => void },
  ) {
    this.#host = host;
    this.#registers = registers;
    this.#sweep = sweep;
    this.#arm = arm;
  }

  /** A change that may remove files is about to be stored. */
  note(): void {
    this.#notices++;
    this.#set(Math.min(this.next() ?? Infinity, this.#host.now() + day + slack));
    this.#arm();
  }

  next(): number | null {
    return this.#registers.get('cannedFilesAt') ?? null;
  }

  async run(now: number): Promise<void> {
    const before = this.#notices;
    const next = await this.#sweep(now);
    // A change that was noted meanwhile may not have been stored when this looked.
    if (before !== this.#notices) this.#set(Math.min(next ?? Infinity, now + day + slack));
    else if (next === null) this.#registers.delete('cannedFilesAt');
    else this.#set(next);
  }

  #set(at: number): void {
    this.#registers.set('cannedFilesAt', at);
  }
}
