/** The name and email that a visitor gave. */
export interface Contact {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}
