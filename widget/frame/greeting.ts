/** Checks the greeting: the page that may transfer a port, and the configuration that the greeting contains. */
import { originAllowed } from '#domain/sites/origins';
import type { WidgetConfig } from '#protocol';
import { fits, readGreeting, type Greeting } from '../bridge.ts';

/** The parts of a MessageEvent that decide. */
export interface Arrival {
  readonly source: unknown;
  readonly origin: string;
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}

/**
 * Accepts a greeting with one port, from the embedding window only, at an origin of the site. `allowed` is null if
 * the frame's page does not list the origins; then its `frame-ancestors` alone restricts the parent.
 */
export function acceptGreeting(
  arrival: Arrival,
  parent: unknown,
  allowed: readonly string[] | null,
): { greeting: Greeting; port: MessagePort } | undefined {
  const { source, origin, data, ports } = arrival;
  if (!source || source !== parent || !origin || origin === 'null') return undefined;
  if (allowed && !originAllowed(origin, allowed)) return undefined;
  const [port] = ports;
  const greeting = readGreeting(data);
  return greeting && port && ports.length === 1 ? { greeting, port } : undefined;
}

/**
 * Used if the configuration lacks a setting: the loader passes the one that it received when its page was opened, maybe
 * before that setting existed. A colour has always been sent, so it has no valid default.
 */
const defaults: WidgetConfig['settings'] = {
  color: '',
  title: '',
  subtitle: '',
  opening: '',
  closing: '',
  introduction: '',
  askName: 'no',
  askEmail: 'no',
  sneakPreview: false,
};

/**
 * Returns the configuration, or undefined if it is invalid. Checked by hand, because the schema would add a tenth to
 * the frame's weight.
 */
export function readConfig(data: unknown): WidgetConfig | undefined {
  const config = data as WidgetConfig | null | undefined;
  const settings = { ...defaults, ...config?.settings };
  const whole =
    config &&
    fits({ site: 'string', campaign: 'string' }, config) &&
    Object.entries(defaults).every(([key, value]) => fits({ [key]: typeof value }, settings));
  return whole && /^#[0-9a-f]{6}$/.test(settings.color) ? { ...config, settings } : undefined;
}
