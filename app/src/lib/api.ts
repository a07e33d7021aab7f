/** One request to the server. The answer is what was asked for, or a refusal: this never throws. */
import { isRefusal, refuse, type Refusal } from '#protocol';

let onSignedOut: () => void = () => undefined;

/** Whom to tell that the session is over. */
export function whenSignedOut(task: () => void): void {
  onSignedOut = task;
}

export async function ask<T>(
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
): Promise<T | Refusal> {
  try {
    const response = await fetch(path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!isRefusal(answer)) return response.ok ? (answer as T) : refuse('internal');
    if (answer.refused === 'signed_out') onSignedOut();
    return answer;
  } catch {
    return refuse('unavailable');
  }
}
