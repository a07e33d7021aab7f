/**
 * Serves files of messages. Another person chose their bytes, so nothing of them may run: only images, audio and video
 * of the table are shown, and the rest is downloaded.
 */
import { disposition, thumbnailKey } from '#domain/files/names';
import { sliceOf } from '#domain/files/ranges';
import { fileTypes } from '#domain/files/types';
import { refuse, type FileInfo, type Refusal } from '#protocol';
import type { FoundFile } from '../../actors/contracts/conversation.ts';
import type { Exchange } from '../serving/exchange.ts';
import { logError } from '../serving/log.ts';

/** FIL-16, FIL-17. `save`: downloaded, whatever its type. */
export function serveFile(c: Exchange, { key, info }: FoundFile, save: boolean): Promise<Response | Refusal> {
  const { media } = fileTypes[info.type];
  const kind = !save && isShown(info) ? 'inline' : 'attachment';
  return serve(c, key, {
    ...{ size: info.size, tag: `"${info.sha256}"`, type: media },
    disposition: disposition(kind, info.name),
  });
}

export async function serveThumbnail(c: Exchange, found: FoundFile): Promise<Response | Refusal> {
  const { key, info, small } = found;
  if (!small) return refuse('not_found');
  return serve(c, thumbnailKey(key), {
    ...{ size: null, tag: `"${info.sha256}-small"`, type: small },
    disposition: 'inline',
  });
}

/** An image whose dimensions are unknown, or too many, has none. */
function isShown({ type, width }: FileInfo): boolean {
  const { shown } = fileTypes[type];
  return shown === 'image' ? width !== undefined : shown !== 'none';
}

interface Served {
  /** Null: unknown, and ranges are not served. */
  readonly size: number | null;
  readonly tag: string;
  readonly type: string;
  readonly disposition: string;
}

async function serve(c: Exchange, key: string, { size, tag, type, disposition }: Served) {
  const headers: Record<string, string> = {
    'Content-Disposition': disposition,
    'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // A browser may keep it, and asks each time whether its user may still read it.
    'Cache-Control': 'private, no-cache',
    ETag: tag,
    ...(size !== null && { 'Accept-Ranges': 'bytes' }),
  };
  if (knows(c.req.header('If-None-Match'), tag)) return c.body(null, 304, headers);
  const slice = size === null ? null : wanted(c, tag, size);
  if (slice === 'unsatisfiable') return c.body(null, 416, { ...headers, 'Content-Range': `bytes */${size}` });
  const object = await c.env.FILES.get(key, slice ? { range: slice } : {}).catch((error: unknown) => {
    logError(error, { at: 'file' });
    return 'failed' as const;
  });
  if (object === 'failed') return refuse('unavailable');
  if (!object) return refuse('not_found');
  headers['Content-Type'] = type;
  headers['Content-Length'] = `${slice ? slice.length : object.size}`;
  if (!slice) return c.body(object.body, 200, headers);
  headers['Content-Range'] = `bytes ${slice.offset}-${slice.offset + slice.length - 1}/${size}`;
  return c.body(object.body, 206, headers);
}

/** The range that the request names, unless it is one of another version (RFC 9110, 13.1.5). */
function wanted(c: Exchange, tag: string, size: number) {
  const version = c.req.header('If-Range');
  return version !== undefined && version !== tag ? null : sliceOf(c.req.header('Range') ?? null, size);
}

function knows(given: string | undefined, tag: string): boolean {
  return given?.split(',').some((each) => each.trim().replace(/^W\//, '') === tag) ?? false;
}
