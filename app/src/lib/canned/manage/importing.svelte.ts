/** An import of a CSV file (F75): the file is checked first, and imported once the report was read. */
import { isRefusal, maxImportBytes, refuse, type ImportReport, type Refusal } from '#protocol';

type Send = (mode: 'check' | 'import', file: Blob) => Promise<ImportReport | Refusal>;

export class Importing {
  /** The chosen file. */
  file = $state.raw<File | null>(null);
  report = $state.raw<ImportReport | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  busy = $state<'check' | 'import' | null>(null);
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** The number of responses that would be added or changed. */
  get effect(): number {
    return this.report ? this.report.added + this.report.changed : 0;
  }

  async choose(file: File): Promise<void> {
    this.file = file;
    this.report = null;
    this.refusal = file.size > maxImportBytes ? refuse('too_large') : null;
    if (this.refusal) return;
    const answer = await this.#ask('check', file);
    // Another file was chosen meanwhile.
    if (this.file !== file) return;
    if (isRefusal(answer)) this.refusal = answer;
    else this.report = answer;
  }

  /** Returns the report of the import; null if it was refused. */
  async run(): Promise<ImportReport | null> {
    if (!this.file || this.effect === 0 || this.busy) return null;
    const answer = await this.#ask('import', this.file);
    if (!isRefusal(answer)) return answer;
    this.refusal = answer;
    return null;
  }

  reset(): void {
    this.file = null;
    this.report = null;
    this.refusal = null;
    this.busy = null;
  }

  async #ask(mode: 'check' | 'import', file: File): Promise<ImportReport | Refusal> {
    this.busy = mode;
    this.refusal = null;
    // Windows gives CSV files the type of a spreadsheet.
    const answer = await this.#send(mode, new Blob([file], { type: 'text/csv' }));
    if (this.file === file) this.busy = null;
    return answer;
  }
}
