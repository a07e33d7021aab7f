/** The typing sign of the other side. It expires without another sign (SIG-4). */
import type { Environment } from './environment.ts';

/** In milliseconds. */
const lapse = 6_000;

export class TypingShown {
  /** A name, '' for a visitor, null if there is no sign. */
  name: string | null = null;
  readonly #env: Pick<Environment, 'after'>;
  readonly #lapsed: () => void;
  #cancel: () => void = () => undefined;

  constructor(env: Pick<Environment, 'after'>, lapsed: () => void) {
    this.#env = env;
    this.#lapsed = lapsed;
  }

  show(name: string | null): void {
    this.#cancel();
    this.name = name;
    if (name === null) return;
    this.#cancel = this.#env.after(lapse, () => {
      this.name = null;
      this.#lapsed();
    });
  }
}
