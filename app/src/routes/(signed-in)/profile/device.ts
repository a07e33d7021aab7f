/** A browser's `User-Agent` in words that its owner knows it by. */
import Bowser from 'bowser';

export function deviceName(userAgent: string): string {
  // The library throws at an empty one.
  if (userAgent === '') return 'Unknown device';
  const { browser, os } = Bowser.parse(userAgent);
  const parts = [browser.name, os.name].filter(Boolean);
  return parts.length > 0 ? parts.join(' on ') : 'Unknown device';
}
