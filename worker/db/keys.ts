/** The forms in which users are looked up. */

/** The form in which emails are stored and compared. */
export function canonicalEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** The text by which a user's row is sorted and searched. */
export function searchKeyOf({ name, email }: { name: string; email: string }): string {
  return `${name.normalize('NFC').toLowerCase()}\n${email}`;
}
