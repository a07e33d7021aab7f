/** Turns data from a wire into a value of a schema, or a refusal. All input passes here. */
import * as v from 'valibot';
import { maxFrameBytes } from './limits.ts';
import { refuse, type Refusal } from './refusals.ts';

const encoder = /* @__PURE__ */ new TextEncoder();

/** UTF-8 bytes, counted only if the length in UTF-16 units does not decide it. */
function tooLarge(text: string): boolean {
  if (text.length > maxFrameBytes) return true;
  return text.length * 3 > maxFrameBytes && encoder.encode(text).length > maxFrameBytes;
}

/** Checks a value against a schema. The refusal names the first wrong field. */
export function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> | Refusal {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const field = v.getDotPath(result.issues[0]);
  return refuse('bad_request', field ? { field } : {});
}

/**
 * Decodes a frame of a client. A refusal is `too_large` or `bad_frame`; if the frame was an object with an `id`, the
 * refusal includes it, so that the client can match it to its command.
 */
export function decodeFrame<F>(
  schema: (value: { t: unknown }) => v.GenericSchema<unknown, F> | undefined,
  data: string | ArrayBuffer,
): F | (Refusal & { id?: string }) {
  if (typeof data !== 'string') return refuse('bad_frame');
  if (tooLarge(data)) return { ...refuse('too_large'), ...idAtStart(data) };
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return refuse('bad_frame');
  }
  if (typeof value !== 'object' || value === null || !('t' in value)) return refuse('bad_frame');
  const chosen = schema(value);
  if (!chosen) return refuse('bad_frame', { field: 't' });
  const result = v.safeParse(chosen, value, { abortEarly: true });
  if (result.success) return result.output;
  const field = v.getDotPath(result.issues[0]);
  const id = 'id' in value && typeof value.id === 'string' && value.id.length <= 64 ? { id: value.id } : {};
  return { ...refuse('bad_frame', field ? { field } : {}), ...id };
}

/** The id of a frame that is too large to be parsed, if it is as near the start as our clients put it. */
function idAtStart(data: string): { id?: string } {
  const id = /"id":"([\w-]{1,64})"/.exec(data.slice(0, 256))?.[1];
  return id === undefined ? {} : { id };
}

/** Makes the look-up from a frame's `t` to its schema. A table is faster than trying each member of a union. */
export function schemaByType<S extends v.GenericSchema>(
  table: Record<string, S>,
): (value: { t: unknown }) => S | undefined {
  const map = new Map(Object.entries(table));
  return (value) => (typeof value.t === 'string' ? map.get(value.t) : undefined);
}
