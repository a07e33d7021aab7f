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

const settings: Record<keyof WidgetConfig['settings'], string> = {
  color: 'string',
  title: 'string',
  subtitle: 'string',
  opening: 'string',
  closing: 'string',
  introduction: 'string',
  askName: 'string',
  askEmail: 'string',
  sneakPreview: 'boolean',
};

/**
 * Returns the configuration, or undefined if it is invalid. Checked by hand, because the schema would add a tenth to
 * the frame's weight.
 */
export function readConfig(data: unknown): WidgetConfig | undefined {
  const config = data as WidgetConfig | null | undefined;
  const whole =
    config?.settings &&
    fits({ site: 'string', campaign: 'string' }, config) &&
    fits(settings, config.settings);
  return whole && /^#[0-9a-f]{6}$/.test(config.settings.color) ? config : undefined;
}
