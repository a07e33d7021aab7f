/** The unread count in the page's title. The page's own changes win: the count returns once they have ended. */

/** The page's title is left alone until it has not changed for so long; milliseconds. A title that blinks never is. */
const quiet = 2_000;

export class TitleCount {
  readonly #page: { title: string };
  readonly #after: (delay: number, task: () => void) => () => void;
  /** The title without the count. */
  #own = '';
  /** The title with the count, as this class wrote it. */
  #written: string | undefined;
  #unread = 0;
  #cancel: () => void = () => undefined;

  constructor(page: { title: string }, after = wait) {
    this.#page = page;
    this.#after = after;
  }

  show(unread: number): void {
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.#write();
  }

  /** The page may have changed its title. */
  changed(): void {
    if (this.#unread === 0 || this.#page.title === this.#written) return;
    this.#cancel();
    this.#cancel = this.#after(quiet, () => this.#write());
  }

  #write(): void {
    const page = this.#page;
    this.#cancel();
    if (page.title !== this.#written) this.#own = page.title;
    if (this.#unread > 0) {
      page.title = `(${this.#unread}) ${this.#own}`;
      // A browser folds white space.
      this.#written = page.title;
    } else {
      if (page.title !== this.#own) page.title = this.#own;
      this.#written = undefined;
    }
  }
}

function wait(delay: number, task: () => void): () => void {
  const timer = setTimeout(task, delay);
  return () => clearTimeout(timer);
}
