/** One request to the server. Returns the route's answer or a refusal, and never throws. */
import {
  isRefusal,
  pathOf,
  refuse,
  type AnswerOf,
  type AskingOf,
  type Filled,
  type Refusal,
  type Route,
} from '#protocol';

let onShutOut: (refusal: Refusal) => void = () => undefined;

/** Sets the handler for a session that has ended, or that grants access to nothing any more. */
export function whenShutOut(task: (refusal: Refusal) => void): void {
  onShutOut = task;
}

export async function ask<R extends Route>(route: R, ...asking: AskingOf<R>): Promise<AnswerOf<R> | Refusal> {
  const answer = await askQuietly(route, ...asking);
  // The same credential may be valid elsewhere, but not at this address.
  if (isRefusal(answer) && (isOver(answer) || answer.refused === 'second_factor_needed')) onShutOut(answer);
  return answer;
}

/** The credential has ended, or is not valid at this address. */
export function isOver({ refused }: Refusal): boolean {
  return refused === 'signed_out' || refused === 'wrong_address';
}

/** The same, without reporting that the session has ended. */
export async function askQuietly<R extends Route>(
  route: R,
  ...[asking]: AskingOf<R>
): Promise<AnswerOf<R> | Refusal> {
  const filled: Filled = asking ?? {};
  const { params, query, body } = filled;
  try {
    const response = await fetch(pathOf(route, params, query), {
      method: route.method,
      ...(body && (body instanceof Blob ? { body } : json(body))),
    });
    const answer: unknown = await response.json();
    // The server's handlers and tests are checked against the route's schema.
    if (!isRefusal(answer)) return response.ok ? (answer as AnswerOf<R>) : refuse('internal');
    return answer;
  } catch {
    return refuse('unavailable');
  }
}

const json = (body: object) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
