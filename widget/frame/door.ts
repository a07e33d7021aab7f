/** The frame's door: who may hand us a port, and what is made of the configuration that comes with it. */
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
 * A greeting with one port, from the window that frames us and from no other, at an origin of the site. `allowed` is null where
 * the frame's page does not name the origins; then its `frame-ancestors` alone says who may be the parent.
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

/** The configuration, or undefined. By hand, because the schema would bring a tenth of the frame's weight with it. */
export function readConfig(data: unknown): WidgetConfig | undefined {
  const config = data as WidgetConfig | null | undefined;
  const whole =
    config?.settings &&
    fits({ site: 'string', campaign: 'string' }, config) &&
    fits(settings, config.settings);
  return whole && /^#[0-9a-f]{6}$/.test(config.settings.color) ? config : undefined;
}
