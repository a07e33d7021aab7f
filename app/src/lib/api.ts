/** One request to the server. The answer is what was asked for, or a refusal: this never throws. */
import { isRefusal, refuse, type Refusal } from '#protocol';

let onSignedOut: (refusal: Refusal) => void = () => undefined;

/** Whom to tell that the session is over. */
export function whenSignedOut(task: (refusal: Refusal) => void): void {
  onSignedOut = task;
}

export async function ask<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  /** Sent as JSON, or a file as it is. */
  body?: object,
): Promise<T | Refusal> {
  try {
    const response = await fetch(path, {
      method,
      ...(body && (body instanceof Blob ? { body } : json(body))),
    });
    const answer: unknown = await response.json();
    if (!isRefusal(answer)) return response.ok ? (answer as T) : refuse('internal');
    // Elsewhere the same credential may hold, but not here.
    if (answer.refused === 'signed_out' || answer.refused === 'wrong_address') onSignedOut(answer);
    return answer;
  } catch {
    return refuse('unavailable');
  }
}

const json = (body: object) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
