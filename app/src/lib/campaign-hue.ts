/** The colour of a campaign's dot: always the same, and different from the colours of "present" and "unread". */

const hues = [290, 60, 225, 345, 260, 90, 195, 320];

export function campaignHue(id: string): number {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) % 65_521;
  return hues[sum % hues.length] ?? 290;
}
