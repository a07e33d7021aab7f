/** Who a visitor says they are. */
export interface Contact {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}
