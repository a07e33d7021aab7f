/**
 * Browsers in which the user has signed in before (OWASP: device cookies). A known device gives access to nothing. It
 * only has limits of its own, so that a stranger's guesses at the password never lock the owner out.
 *
 * Using the secret does not change it: a thief gains only some guesses, and a lost answer would turn the owner into a
 * stranger at the worst time. The secret is revoked with the password, and when the user ends their other sessions.
 */
import { makeId } from '#protocol';
import { first, type Host, type Sql } from '../../runtime/host.ts';
import { hashSecret, newSecret, sameHash } from '../credentials.ts';

/** The most devices of a user. Beyond it, the one unused for longest is dropped. */
const maxDevices = 20;

/** A device as stored in its cookie. */
export interface Device {
  readonly device: string;
  readonly secret: string;
}

export class Devices {
  readonly #sql: Sql;
  readonly #host: Host;

  constructor(sql: Sql, host: Host) {
    this.#sql = sql;
    this.#host = host;
  }

  /** Makes this browser a known device. The secret is returned only here. */
  async add(): Promise<Device> {
    const device = makeId('device', this.#host.bytes(26));
    const secret = newSecret();
    const hash = await hashSecret(secret);
    this.#sql.exec(
      'DELETE FROM devices WHERE id NOT IN (SELECT id FROM devices ORDER BY used_at DESC LIMIT ?)',
      maxDevices - 1,
    );
    this.#sql.exec(
      'INSERT INTO devices (id, hash, used_at) VALUES (?, ?, ?)',
      ...[device, hash, this.#host.now()],
    );
    return { device, secret };
  }

  async knows({ device, secret }: Device): Promise<boolean> {
    const hash = await hashSecret(secret);
    const row = first<{ hash: string }>(this.#sql.exec('SELECT hash FROM devices WHERE id = ?', device));
    return row !== undefined && sameHash(row.hash, hash);
  }

  /** Records another sign-in on the device. False if the device was forgotten in the meantime. */
  use(device: string): boolean {
    this.#sql.exec('UPDATE devices SET used_at = ? WHERE id = ?', this.#host.now(), device);
    return first(this.#sql.exec('SELECT 1 FROM devices WHERE id = ?', device)) !== undefined;
  }

  /** Forgets all devices, or all but one. */
  forget(but?: string): void {
    this.#sql.exec('DELETE FROM devices WHERE id IS NOT ?', but ?? null);
  }
}
