/** The small texts that a site's widget keeps in the visitor's browser. Without storage nothing is kept. */
import type { Carrier } from '../client/outbox.ts';

/**
 * `asked`: the questions about details were answered or skipped. `unsent`: the outbox. `emoji`: the recent ones.
 * `files`: some are not sent yet.
 */
const names = ['draft', 'asked', 'muted', 'unsent', 'emoji', 'files'] as const;
type Name = (typeof names)[number];

export class Kept {
  readonly #carrier: Carrier;
  readonly #prefix: string;

  constructor(carrier: Carrier, site: string) {
    this.#carrier = carrier;
    this.#prefix = `parley.${site}.`;
  }

  load(name: Name): Promise<string | null> {
    return this.#carrier.load(this.#prefix + name).catch(() => null);
  }

  save(name: Name, value: string | null): void {
    this.#carrier.save(this.#prefix + name, value).catch(() => undefined);
  }

  clear(): void {
    for (const name of names) this.save(name, null);
  }
}
