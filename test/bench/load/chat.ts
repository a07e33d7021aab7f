/** The interface between the generator and a peer. The same loops run on all peers. */

/** A conversation that both sides have open: the visitor's tab, and the agent's. */
export interface Chat {
  /** The visitor sends. The id is passed to `acknowledged` and `delivered`. */
  send(id: string, text: string): void;
  close(): void;
}

export interface Watcher {
  /** The visitor's tab has the acknowledgement of the message. */
  acknowledged(id: string): void;
  /** The agent's tab has received the message. */
  delivered(id: string): void;
  /** A forbidden event happened: the run does not count. */
  failed(why: string): void;
}

export interface Beginning {
  /** Everything between the visitor's action and the acknowledgement of the first message. */
  begin(): Promise<void>;
  /** The next step of the visitor's tab, as in production: a visitor without a tab counts as gone. */
  stay(): Promise<void>;
}

export interface Adapter {
  /** Opens `count` more conversations. */
  open(count: number): Promise<Chat[]>;
  /** Prepares a conversation that does not exist yet. */
  prepare(): Promise<Beginning>;
  close(): void;
}

export interface Address {
  readonly peer: 'bare' | 'socket-io' | 'parley';
  readonly url: string;
  /** The secret of Parley's operator API. */
  readonly operatorSecret?: string;
  /** The folder of socket.io's client. */
  readonly packages?: string;
}

/** Runs a job for each item, a limited number at a time; the results keep the order of the items. */
export async function inTurns<T, R>(
  many: readonly T[],
  atOnce: number,
  job: (one: T) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = [];
  const waiting = many.entries();
  const worker = async () => {
    for (const [index, one] of waiting) answers[index] = await job(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return answers;
}
