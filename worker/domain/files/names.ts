/** The names of a file: its sender's, without what could lead a reader or a system astray, and R2's. */
import { cleanLine } from '#protocol';

/** Code points. */
const maxLength = 120;

/**
 * A name that is safe to show and to save: no folders, no characters that reorder or hide a part of it, none that a
 * file system refuses. The extension stays when a long name is cut.
 */
export function cleanFileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const line = cleanLine(last.normalize('NFC'))
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  const points = Array.from(line);
  if (points.length <= maxLength) return line || 'file';
  const extension = /\.[a-z0-9]{1,10}$/i.exec(line)?.[0] ?? '';
  return (
    points
      .slice(0, maxLength - extension.length)
      .join('')
      .trimEnd() + extension
  );
}

/** The key under which R2 has a file's thumbnail. */
export function thumbnailKey(key: string): string {
  return `${key}.small`;
}

/** The Content-Disposition header (RFC 6266): the name in ASCII for old clients, and whole (RFC 8187). */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${whole}`;
}
