/** The parts of a dispatcher that knows its account. */
import type { Alarm } from '../../runtime/alarm.ts';
import type { Availabilities } from './availabilities.ts';
import type { CannedFiles } from './canned-files.ts';
import type { Corrections, Reconciliation } from './duties.ts';
import type { Floor } from './floor.ts';
import type { Handing } from './handing.ts';
import type { Ledger } from './ledger.ts';
import type { Positions } from './positions.ts';
import type { Queue } from './queue.ts';
import type { Records } from './records.ts';
import type { Registry } from './registry.ts';
import type { Router } from './router.ts';
import type { Rules } from './rules.ts';
import type { Sight } from './sight.ts';

export interface Awake {
  readonly account: string;
  readonly registry: Registry;
  readonly floor: Floor;
  readonly ledger: Ledger;
  readonly queue: Queue;
  /** Whether a campaign has as many waiting conversations as it may have. */
  isFull(campaign: string): boolean;
  readonly positions: Positions;
  readonly records: Records;
  readonly rules: Rules;
  readonly router: Router;
  readonly handing: Handing;
  readonly sight: Sight;
  readonly availabilities: Availabilities;
  readonly reconciliation: Reconciliation;
  readonly corrections: Corrections;
  readonly cannedFiles: CannedFiles;
  readonly alarm: Alarm;
}
