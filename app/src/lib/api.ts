/** One request to the server. Returns the answer or a refusal, and never throws. */
import { isRefusal, refuse, type Refusal } from '#protocol';

let onShutOut: (refusal: Refusal) => void = () => undefined;

/** Sets the handler for a session that has ended, or that grants access to nothing any more. */
export function whenShutOut(task: (refusal: Refusal) => void): void {
  onShutOut = task;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export async function ask<T>(method: Method, path: string, body?: object): Promise<T | Refusal> {
  const answer = await askQuietly<T>(method, path, body);
  // The same credential may be valid elsewhere, but not at this address.
  if (isRefusal(answer) && (isOver(answer) || answer.refused === 'second_factor_needed')) onShutOut(answer);
  return answer;
}

/** The credential has ended, or is not valid at this address. */
export function isOver({ refused }: Refusal): boolean {
  return refused === 'signed_out' || refused === 'wrong_address';
}

/** The same, without reporting that the session has ended. */
export async function askQuietly<T>(method: Method, path: string, body?: object): Promise<T | Refusal> {
  try {
    const response = await fetch(path, {
      method,
      ...(body && (body instanceof Blob ? { body } : json(body))),
    });
    const answer: unknown = await response.json();
    if (!isRefusal(answer)) return response.ok ? (answer as T) : refuse('internal');
    return answer;
  } catch {
    return refuse('unavailable');
  }
}

const json = (body: object) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
