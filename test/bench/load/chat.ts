/** What the generator asks of a peer. The same loops run on all of them. */

/** A conversation that both sides have open: the visitor's tab, and the agent's. */
export interface Chat {
  /** The visitor sends. The id comes back in `acknowledged` and `delivered`. */
  send(id: string, text: string): void;
  close(): void;
}

export interface Watcher {
  /** The visitor's tab knows that the message is kept. */
  acknowledged(id: string): void;
  /** The agent's tab has it on the screen. */
  delivered(id: string): void;
  /** Something happened that must not: the run counts for nothing. */
  failed(why: string): void;
}

export interface Beginning {
  /** Everything between the visitor's action and the acknowledgement of the first message. */
  begin(): Promise<void>;
  /** The next step of the visitor's tab, as in production: a visitor without a tab counts as gone. */
  stay(): Promise<void>;
}

export interface Adapter {
  /** Opens so many conversations more. */
  open(count: number): Promise<Chat[]>;
  /** Prepares a conversation that does not exist yet. */
  prepare(): Promise<Beginning>;
  close(): void;
}

export interface Address {
  readonly peer: 'bare' | 'socket-io' | 'parley';
  readonly url: string;
  /** Opens Parley's operator routes. */
  readonly operatorSecret?: string;
  /** Where socket.io's client is installed. */
  readonly packages?: string;
}

/** Does a job for each of many, so many at a time; the answers keep their order. */
export async function inTurns<T, R>(
  many: readonly T[],
  atOnce: number,
  job: (one: T) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = [];
  const waiting = many.entries();
  const worker = async () => {
    for (const [place, one] of waiting) answers[place] = await job(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return answers;
}
