/** The frame's one style sheet is loaded at its opening; parts that are loaded later bring theirs along. */
export function addSheet(css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
}
