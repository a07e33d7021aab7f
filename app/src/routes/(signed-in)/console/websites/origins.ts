/** The field of allowed origins: one per line, each checked by itself. */
import { AllowedOrigin, check, isRefusal, isTooWide } from '#protocol';
import { m } from '#words/app';

export interface Origins {
  readonly origins: readonly string[];
  /** The errors, by line. */
  readonly errors: readonly { readonly line: number; readonly words: string }[];
}

/** The largest number of origins of a site. */
export const mostOrigins = 20;

export function parseOrigins(text: string): Origins {
  const origins: string[] = [];
  const errors: { line: number; words: string }[] = [];
  text.split('\n').forEach((raw, index) => {
    // A slash at the end comes from the address bar, and has no meaning.
    const origin = raw.trim().toLowerCase().replace(/\/$/, '');
    if (origin === '' || origins.includes(origin)) return;
    if (isRefusal(check(AllowedOrigin, origin))) errors.push({ line: index + 1, words: whatIsWrong(origin) });
    else origins.push(origin);
  });
  return { origins, errors };
}

function whatIsWrong(origin: string): string {
  if (!/^[a-z]+:\/\//.test(origin)) return m.origin_https({ host: origin.split('/')[0] ?? '' });
  if (!/^https?:/.test(origin)) return m.origin_scheme();
  if (/^https?:\/\/[^/]+\//.test(origin)) return m.origin_path();
  const parent = /^https?:\/\/\*\.([^*:]+)(?::\d+)?$/.exec(origin)?.[1];
  if (parent && isTooWide(parent)) return m.origin_wide();
  if (origin.includes('*')) return m.origin_star();
  if (/:\d+$/.test(origin)) return m.origin_port();
  return m.origin_other();
}

export function errorText(errors: Origins['errors']): string | undefined {
  return errors.length === 0
    ? undefined
    : errors.map(({ line, words }) => m.origin_line({ line, problem: words })).join('\n');
}
