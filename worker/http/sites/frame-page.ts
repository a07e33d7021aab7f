/** The page of the widget's frame: an empty page with the build's script, which only the site's pages may frame. */

import type { Language } from '#protocol';
import { m } from '#words/worker';

/** The build's files for a language; widget/frame/vite.config.ts writes this manifest. */
interface Manifest {
  readonly script: string;
  readonly preload: readonly string[];
  readonly styles: readonly string[];
}

export function framePage(
  origins: readonly string[],
  manifest: unknown,
  language: Language,
): { html: string; policy: string } {
  const { script, preload, styles } = manifest as Manifest;
  const html = `<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
    <meta name="parley-origins" content="${escape(origins.join(' '))}">
    <title>${m.chat({}, { locale: language })}</title>
${styles.map((file) => `    <link rel="stylesheet" href="${escape(file)}">\n`).join('')}${preload
    .map((file) => `    <link rel="modulepreload" href="${escape(file)}">\n`)
    .join('')}    <script type="module" src="${escape(script)}"></script>
  </head>
  <body></body>
</html>
`;
  return { html, policy: policyFor(origins) };
}

/**
 * An allowed origin is valid in CSP as it is, `https://*.example.com` too. Its syntax (#protocol `AllowedOrigin`)
 * leaves no room for another directive.
 */
function policyFor(origins: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // Without 'unsafe-inline': at run time the frame sets styles through the DOM.
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html',
    `frame-ancestors ${origins.length > 0 ? origins.join(' ') : "'none'"}`,
  ].join('; ');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
