/** One request to the server. The answer is what was asked for, or a refusal: this never throws. */
import { isRefusal, refuse, type Refusal } from '#protocol';

let onShutOut: (refusal: Refusal) => void = () => undefined;

/** Whom to tell that the session is over, or opens nothing any more. */
export function whenShutOut(task: (refusal: Refusal) => void): void {
  onShutOut = task;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export async function ask<T>(method: Method, path: string, body?: object): Promise<T | Refusal> {
  const answer = await askQuietly<T>(method, path, body);
  // Elsewhere the same credential may hold, but not here.
  if (isRefusal(answer) && (isOver(answer) || answer.refused === 'second_factor_needed')) onShutOut(answer);
  return answer;
}

/** The credential holds no more, or not here. */
export function isOver({ refused }: Refusal): boolean {
  return refused === 'signed_out' || refused === 'wrong_address';
}

/** The same, for who does not want it known yet that the session is over. */
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
