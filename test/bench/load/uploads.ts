/** Visitors who send files, part after part, as a widget does: one after the other, each by a new visitor. */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { lengthOf, partCount } from '#domain/files/parts';
import { makeId, type VisitorSession } from '#protocol';
import type { Address } from './chat.ts';
import { percentiles } from '../statistics.ts';
import { postJson } from './http.ts';

export interface UploadOptions {
  /** Files at once, and the bytes of each. */
  readonly count: number;
  readonly size: number;
  /** After this time no other file begins. */
  readonly seconds: number;
}

export interface UploadResult {
  readonly files: number;
  /** From the beginning of a file until it is complete and checked; the median, in seconds. */
  readonly each: number;
}

export async function upload(
  { url, operatorSecret = '' }: Address,
  asked: UploadOptions,
): Promise<UploadResult> {
  const secret = { Authorization: `Bearer ${operatorSecret}` };
  const { site } = await postJson<{ site: string }>(`${url}/api/operator/seed`, {}, secret);
  const until = performance.now() + asked.seconds * 1_000;
  const times: number[] = [];
  const sendOn = async (): Promise<void> => {
    do {
      const startedAt = performance.now();
      const { token } = await postJson<VisitorSession>(`${url}/api/widget/session`, { site }, {});
      await sendOne(url, site, token ?? '', asked.size);
      times.push((performance.now() - startedAt) / 1_000);
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: asked.count }, sendOn));
  return { files: times.length, each: percentiles(times).p50 };
}

async function sendOne(url: string, site: string, token: string, size: number): Promise<void> {
  const id = makeId('file', randomBytes(26));
  const headers = { Authorization: `Bearer ${token}` };
  const file = `${url}/api/widget/files/${id}`;
  await postJson(`${url}/api/widget/files`, { site, id, name: 'bench.txt', size }, headers);
  const bytes = Buffer.alloc(lengthOf(1, size) ?? 0, 'a');
  for (let part = 1; part <= partCount(size); part++)
    await put(`${file}/parts/${part}?site=${site}`, bytes.subarray(0, lengthOf(part, size) ?? 0), headers);
  await postJson(`${file}/complete?site=${site}`, {}, headers);
}

const agent = new http.Agent({ keepAlive: true });

function put(address: string, bytes: Uint8Array, headers: Record<string, string>): Promise<void> {
  const all = {
    ...{ Origin: new URL(address).origin, 'Content-Type': 'application/octet-stream' },
    ...{ 'Content-Length': bytes.length, ...headers },
  };
  return new Promise((resolve, reject) => {
    const request = http.request(address, { method: 'PUT', agent, headers: all }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${address}: ${response.statusCode}`)),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(bytes);
  });
}
