/** The questions about a visitor's name and email: required ones before the first message, optional ones after it. */
import { isEmail, isName, type WidgetConfig } from '#protocol';
import * as m from '#words/widget';
import type { Contact } from '../client/contact.ts';

const fields = ['name', 'email'] as const;
export type Field = (typeof fields)[number];
export interface Question {
  readonly field: Field;
  readonly required: boolean;
}

/** The typed answers, and what is wrong with them. Inputs have the ids `<id>-name` and `<id>-email`. */
export class Form {
  readonly id: string;
  typed = $state({ name: '', email: '' });
  wrong = $state({ name: '', email: '' });

  constructor(id: string) {
    this.id = id;
  }

  /** Returns the answers; or undefined if one is missing or invalid, which then has the focus. */
  read(questions: readonly Question[]): Contact | undefined {
    const contact: { [F in Field]?: string } = {};
    const wrong = { name: '', email: '' };
    for (const { field, required } of questions) {
      const text = this.typed[field].trim();
      wrong[field] = text ? problem[field](text) : required ? missing[field]() : '';
      if (text) contact[field] = text;
    }
    this.wrong = wrong;
    const first = fields.find((field) => wrong[field]);
    if (first) document.getElementById(`${this.id}-${first}`)?.focus();
    return first ? undefined : contact;
  }
}

const missing = { name: m.name_missing, email: m.email_missing };
const problem = {
  name: (text: string) => (isName(text) ? '' : m.name_wrong()),
  email: (text: string) => (isEmail(text) ? '' : m.email_wrong()),
};

/** The facts on which the questions depend. */
export interface Circumstances {
  readonly contact: Contact;
  /** The visitor has written in the current chat. */
  readonly begun: boolean;
  /** A first message would be answered later, by email. */
  readonly later: boolean;
}

export class Details {
  /** The answers that come before a first message, as far as they are typed. */
  readonly first = new Form('first');
  /** The visitor has just given optional details. */
  thanked = $state(false);
  /** The visitor has answered the optional questions, or skipped them. They are not asked until that is known. */
  #done = $state(true);
  readonly #asked: { readonly [F in Field]: 'no' | 'optional' | 'required' };
  readonly #now: () => Circumstances;

  /** The fields without which a first message is not sent. An answer later needs an email. */
  readonly needed: readonly Question[] = $derived.by(() => {
    const { contact, begun, later } = this.#now();
    if (begun) return [];
    return fields
      .filter(
        (field) => !contact[field] && (this.#asked[field] === 'required' || (later && field === 'email')),
      )
      .map((field) => ({ field, required: true }));
  });
  /** The optional fields, below a first message. A visitor who has given one of them is not asked for the others. */
  readonly offered: readonly Question[] = $derived.by(() => {
    const { contact, begun } = this.#now();
    const optional = fields.filter((field) => this.#asked[field] === 'optional');
    if (this.#done || !begun || optional.some((field) => contact[field])) return [];
    return optional.map((field) => ({ field, required: false }));
  });

  constructor({ askName, askEmail }: WidgetConfig['settings'], now: () => Circumstances) {
    this.#asked = { name: askName, email: askEmail };
    this.#now = now;
  }

  /** Whether the optional questions were answered or skipped on an earlier page. */
  recall(done: boolean): void {
    this.#done = done;
  }

  answered(thanked: boolean): void {
    this.#done = true;
    this.thanked = thanked;
  }
}
