/** Commands of a sender that wait for one another: the next is performed when a message with files is decided. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Performs the work now, unless an earlier one of this sender is under way. */
  take(sender: string, work: () => Promise<void> | undefined): Promise<void> | undefined {
    const before = this.#last.get(sender);
    const turn = before ? before.then(work) : work();
    if (!turn) return undefined;
    const done = turn.finally(() => {
      if (this.#last.get(sender) === done) this.#last.delete(sender);
    });
    this.#last.set(sender, done);
    return done;
  }
}
