/** Describes a browser's `User-Agent` in words that its owner recognises. */
import { m } from '#words/app';
import Bowser from 'bowser';

export function deviceName(userAgent: string): string {
  // The library throws for an empty string.
  if (userAgent === '') return m.device_unknown();
  const { browser, os } = Bowser.parse(userAgent);
  if (browser.name && os.name) return m.device_on({ browser: browser.name, system: os.name });
  return browser.name || os.name || m.device_unknown();
}
