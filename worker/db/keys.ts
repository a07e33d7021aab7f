/** The forms in which people are found. */

/** The form in which emails are kept and compared. */
export function canonicalEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** What a user's row is sorted by and searched in. */
export function searchKeyOf({ name, email }: { name: string; email: string }): string {
  return `${name.normalize('NFC').toLowerCase()}\n${email}`;
}
