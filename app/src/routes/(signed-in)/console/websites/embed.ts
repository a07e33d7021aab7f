/** The code that embeds the widget in a customer's page. */
export function embedCode(origin: string, site: string): string {
  return `<script async src="${origin}/widget.js?site=${site}"></${'script'}>`;
}
