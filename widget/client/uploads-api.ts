/** The requests of uploads (FIL-1), for either sender. */
import type { Done, Upload, UploadBody } from '#protocol';
import type { Answer } from './visitor-api.ts';

/** While a part is sent. */
export interface PartWatch {
  /** `sent`: bytes of this part that have left. */
  progress(sent: number): void;
  readonly signal: AbortSignal;
}

export interface UploadsApi {
  begin(body: UploadBody): Promise<Answer<Upload>>;
  /** Makes a complete upload of a canned response's file (CAN-33). Visitors have no such call. */
  copy?(source: string, id: string): Promise<Answer<Upload>>;
  part(id: string, part: number, bytes: Blob, watch: PartWatch): Promise<Answer<Upload>>;
  thumbnail(id: string, image: Blob): Promise<Answer<Upload>>;
  complete(id: string): Promise<Answer<Upload>>;
  cancel(id: string): Promise<Answer<Done>>;
}

/** Sends bytes, and reports how many have left: `fetch` does not. Never rejects. */
export function putBytes<T>(
  url: string | URL,
  bytes: Blob,
  headers: Readonly<Record<string, string>>,
  { progress, signal }: PartWatch,
): Promise<Answer<T>> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ lost: true });
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const settle = (answer: Answer<T>) => {
      signal.removeEventListener('abort', abort);
      resolve(answer);
    };
    request.open('PUT', url);
    request.withCredentials = true;
    request.responseType = 'json';
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onerror = request.onabort = request.ontimeout = () => settle({ lost: true });
    request.onload = () => {
      const body = request.response as (T & { refused?: undefined }) | Exclude<Answer<T>, { ok: T }> | null;
      if (request.status === 200 && body) return settle({ ok: body as T });
      const {
        refused = 'unavailable',
        message = '',
        retryAfter,
      } = (body ?? {}) as {
        refused?: 'unavailable';
        message?: string;
        retryAfter?: number;
      };
      settle({ refused, message, retryAfter });
    };
    signal.addEventListener('abort', abort);
    request.send(bytes);
  });
}
