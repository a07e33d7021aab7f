/**
 * Requests over connections that stay open, like a browser's. Node's own `fetch` would cost more than the measured
 * work.
 */
import http from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

const agent = new http.Agent({ keepAlive: true });

/** Posts JSON from a page of the server's own origin (REQ-2). */
export function post(
  address: string,
  body: object | undefined,
  headers: Record<string, string>,
): Promise<Answer> {
  const text = body && JSON.stringify(body);
  const all = {
    Origin: new URL(address).origin,
    ...(text && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const request = http.request(address, { method: 'POST', agent, headers: all }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (answer += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(text);
  });
}

/** Posts, and rejects if the request fails. */
export async function postJson<T>(
  address: string,
  body: object,
  headers: Record<string, string>,
): Promise<T> {
  const answer = await post(address, body, headers);
  if (answer.status !== 200) throw new Error(`${address}: ${answer.status} ${answer.body}`);
  return JSON.parse(answer.body) as T;
}
