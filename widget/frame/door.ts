/** The frame's door: who may hand us a port. */
import { originAllowed } from '#domain';
import { readGreeting, type Greeting } from '../bridge.ts';

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
