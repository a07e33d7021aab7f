/** The pages of canned responses, by their accessible names. */
import type { Locator, Page } from 'playwright';
import { accessibilityOf, eventually, sidewaysOf } from './people.ts';

/** The fields of the editor, and what it tells. */
export const editor = (page: Page) => ({
  key: page.getByRole('textbox', { name: 'Short key' }),
  question: page.getByRole('textbox', { name: 'Question' }),
  answer: page.getByRole('textbox', { name: 'Answer' }),
  says: (text: string) => page.locator('footer').getByText(text, { exact: true }),
});
export const rows = (page: Page) => page.getByRole('list', { name: 'Responses' }).getByRole('listitem');
export const row = (page: Page, text: string) => rows(page).filter({ hasText: text }).getByRole('link');
export const pathOf = (forum: string, response = '') =>
  `/console/canned-responses/${forum}${response && `?response=${response}`}`;
export const isFocused = (locator: Locator) =>
  eventually(() => locator.evaluate((element) => element === document.activeElement), true);
/** Violations that axe finds, and elements wider than their container, on a wide and on a narrow screen. */
export async function flaws(page: Page): Promise<string[]> {
  const found = await accessibilityOf(page);
  await page.setViewportSize({ width: 390, height: 844 });
  found.push(...(await accessibilityOf(page)), ...(await sidewaysOf(page)));
  await page.setViewportSize({ width: 1440, height: 900 });
  return found;
}
