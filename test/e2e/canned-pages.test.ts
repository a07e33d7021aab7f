/** The console's pages of canned responses: their forums, and the editor that saves by itself. */
import type { Forum } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { addForum, addResponses, send, stored } from './canned-data.ts';
import { editor, flaws, isFocused, pathOf, row, rows } from './canned-manage.ts';
import { Agent, eventually } from './people.ts';
import { picture, stage } from './stage.ts';

const { base, browser } = await stage();
let admin: Agent;
let sofia: Agent;
beforeAll(async () => {
  [admin, sofia] = [
    await Agent.signIn(browser, base, 'admin@demo.test', '/console'),
    await Agent.signIn(browser, base, 'sofia@demo.test', '/console'),
  ];
});

test('F76 F81 a manager adds a forum for some campaigns, and its title changes only when it is saved', async () => {
  const { page } = admin;
  // An account begins without forums; the demo has some.
  const { body } = await send(page, 'GET', '/api/forums');
  for (const { id, own } of (body as { forums: Forum[] }).forums)
    if (!own) await send(page, 'DELETE', `/api/forums/${id}`);
  await page.goto(`${base}/console/canned-responses`);
  await page.getByText('No forums yet').waitFor();
  // The strip of a narrow window shows the section of the page.
  const section = page.getByRole('navigation', { name: 'Console' }).locator('[aria-current]');
  await page.setViewportSize({ width: 390, height: 844 });
  await eventually(
    () =>
      section.evaluate((link) => link.getBoundingClientRect().right <= innerWidth && link.textContent.trim()),
    'Canned responses',
  );
  await page.setViewportSize({ width: 1440, height: 900 });
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'forums-none');
  await page.getByRole('button', { name: 'Add forum' }).press('Enter');
  await isFocused(page.getByRole('textbox', { name: 'Title' }));
  await page.keyboard.type('Orders and returns');
  await page.getByRole('radio', { name: 'Only these' }).check();
  await page.getByRole('checkbox', { name: 'Shop help' }).check();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'forum-new');
  await page.getByRole('button', { name: 'Add forum' }).press('Enter');
  await page.getByText('No responses yet').waitFor();
  // Without the notice about the saving.
  await page.reload();
  await page.getByText('No responses yet').waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'responses-none');
  expect(await page.getByRole('button', { name: 'Add response' }).count()).toBe(1);

  const title = page.getByRole('textbox', { name: 'Title' });
  await page.getByRole('link', { name: 'Settings' }).click();
  await title.fill('Another title');
  await page.getByRole('link', { name: 'Websites' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL(/websites/);
  await page.goto(`${base}/console/canned-responses`);
  await page.getByText('0 responses · Shop help').waitFor();
  expect(await page.getByText('Another title').count()).toBe(0);
  await page.getByRole('link', { name: 'Orders and returns' }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await title.fill('Orders & returns');
  await title.press('Enter');
  await page.getByRole('heading', { name: 'Orders & returns' }).waitFor();
  await page.reload();
  await eventually(() => title.inputValue(), 'Orders & returns');
  expect(admin.errors).toEqual([]);
});

test('F75 F79 a response is written, saved by itself, undone, copied and found, by keyboard', async () => {
  const { page } = admin;
  const forum = await addForum(page, 'Written');
  const { key, answer, says } = editor(page);
  await page.goto(`${base}${pathOf(forum)}`);
  await page.getByRole('button', { name: 'Add response' }).first().press('Enter');
  await isFocused(key);
  await page.keyboard.type('#our returns');
  await eventually(() => key.inputValue(), 'ourreturns');
  await page.keyboard.press('Tab');
  await page.keyboard.type('How do I return it?');
  await says('Not saved. Write an answer first.').waitFor();
  expect(await stored(page, forum)).toEqual([]);
  await answer.focus();
  await page.keyboard.type('Within ');
  await page.keyboard.press('ControlOrMeta+b');
  await page.keyboard.type('30 days');
  await says('Saved').waitFor();
  const texts = { key: 'ourreturns', question: 'How do I return it?', answer: 'Within **30 days**' };
  expect(await stored(page, forum)).toMatchObject([texts]);
  await page.getByRole('figure').getByText('30 days').waitFor();
  await page.waitForURL(/response=rsp_/);
  await page.reload();
  await eventually(() => answer.inputValue(), texts.answer);

  // While a response is added, a save can be undone too.
  const undo = page.getByRole('button', { name: 'Undo last change' });
  const redo = page.getByRole('button', { name: 'Redo' });
  await undo.focus();
  await page.keyboard.press('Tab');
  await page.getByText('Nothing was undone').filter({ visible: true }).waitFor();
  expect(await flaws(page)).toEqual([]);
  expect([await undo.isDisabled(), await redo.isDisabled()]).toEqual([true, true]);

  // A variable, by the menu: the caret is after it.
  await answer.press('End');
  await page.getByRole('button', { name: 'Insert a variable' }).press('Enter');
  await page.getByRole('menuitem', { name: 'Visitor’s name' }).press('Enter');
  await page.keyboard.type('!');
  await eventually(() => answer.inputValue(), 'Within **30 days**{{visitor|there}}!');
  await page.getByText('Visitors without a name read').waitFor();
  await page.getByRole('figure').getByText('Maria').waitFor();
  await picture(page, 'response-fallback');
  await says('Saved').waitFor();
  await undo.press('Enter');
  await eventually(() => answer.inputValue(), texts.answer);
  await eventually(async () => (await stored(page, forum)).map((each) => each.answer), [texts.answer]);
  await eventually(() => undo.isDisabled(), true);
  await redo.press('Enter');
  await eventually(() => answer.inputValue(), 'Within **30 days**{{visitor|there}}!');
  await undo.press('Enter');
  await eventually(() => answer.inputValue(), texts.answer);
  await answer.fill('{{nonsense}}');
  await page.getByText('Not a variable: {{nonsense}}. Variables are {{visitor}}').waitFor();
  await picture(page, 'response-unknown');
  await answer.fill(texts.answer);
  await says('Saved').waitFor();

  // A copy opens in the editor, with a key of its own.
  await page.getByRole('button', { name: 'Make a copy' }).press('Enter');
  await eventually(() => key.inputValue(), 'ourreturns-2');
  await isFocused(key);
  await says('Saved').waitFor();
  await eventually(
    async () => (await stored(page, forum)).map((each) => each.key).sort(),
    ['ourreturns', 'ourreturns-2'],
  );
  await key.fill('ourreturns');
  await page.getByText(/How do I return it\?.* has this key too\./).waitFor();
  await key.fill('later');
  await answer.fill('Only on Sundays');
  await says('Saved').waitFor();

  // The search finds a word of the answer; arrows and Enter open a row, Escape returns to it.
  const search = page.getByRole('searchbox', { name: 'Search' });
  await search.fill('sund');
  await eventually(() => rows(page).count(), 1);
  await search.fill('');
  await eventually(() => rows(page).count(), 2);
  await search.press('ArrowDown');
  await isFocused(row(page, '#later'));
  await page.keyboard.press('ArrowDown');
  await isFocused(row(page, '#ourreturns'));
  await page.keyboard.press('Enter');
  await eventually(() => key.inputValue(), 'ourreturns');
  await answer.focus();
  await page.keyboard.press('Escape');
  await isFocused(row(page, '#ourreturns'));
  expect(admin.errors).toEqual([]);
});

test('F79 offline there is no tick, the text stays, leaving asks, and it is saved when the connection is back', async () => {
  const { page } = admin;
  const forum = await addForum(page, 'Offline');
  const [id = ''] = await addResponses(page, forum, [{ key: 'one', question: '', answer: 'First' }]);
  const { answer, says } = editor(page);
  await page.goto(`${base}${pathOf(forum, id)}`);
  await eventually(() => answer.inputValue(), 'First');
  await page.context().setOffline(true);
  await answer.fill('Second');
  await says('Offline. Not saved yet.').waitFor();
  expect(await says('Saved').count()).toBe(0);
  await picture(page, 'response-offline');
  await page.getByRole('link', { name: 'Websites' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stay' }).click();
  expect(await answer.inputValue()).toBe('Second');
  await page.context().setOffline(false);
  await says('Saved').waitFor();
  expect(await stored(page, forum)).toMatchObject([{ id, answer: 'Second' }]);
  // Text of the last second is saved by leaving.
  await answer.fill('Third');
  await page.getByRole('link', { name: 'Websites' }).click();
  await page.waitForURL(/websites/);
  expect(await stored(page, forum)).toMatchObject([{ id, answer: 'Third' }]);
  // Each attempt without a connection was an error to the browser.
  expect(
    admin.errors.splice(0).filter((error) => !/ERR_INTERNET_DISCONNECTED|Failed to fetch/.test(error)),
  ).toEqual([]);
});

test('F80 a removal is undone under the same id, also from another page; after 10 seconds it is final', async () => {
  const { page } = admin;
  const forum = await addForum(page, 'Removed');
  const [id = '', other = ''] = await addResponses(page, forum, [
    { key: 'gone', question: 'Where is it?', answer: 'Gone.' },
    { key: 'here', question: '', answer: 'Here.' },
  ]);
  const undo = admin.notices.getByRole('button', { name: 'Undo' });
  const remove = page.getByRole('button', { name: 'Remove response' });
  await page.goto(`${base}${pathOf(forum, id)}`);
  await remove.click();
  await admin.notices.getByText('Response removed: #gone').waitFor();
  await eventually(() => rows(page).count(), 1);
  await picture(page, 'response-removed');
  await undo.click();
  // It is open again, as it was.
  await eventually(() => editor(page).answer.inputValue(), 'Gone.');
  await isFocused(editor(page).key);
  expect(new URL(page.url()).searchParams.get('response')).toBe(id);

  // Two removals have an undo each, and another page does not end it.
  await remove.click();
  await row(page, '#here').click();
  await remove.click();
  await page.getByText('No responses yet').waitFor();
  await page.getByRole('link', { name: 'Websites' }).click();
  await page.getByRole('heading', { name: 'Websites' }).waitFor();
  await admin.notices
    .getByRole('listitem')
    .filter({ hasText: '#gone' })
    .getByRole('button', { name: 'Undo' })
    .click();
  await eventually(async () => (await stored(page, forum)).map((each) => each.id), [id]);
  await eventually(() => undo.count(), 0);
  const late = await send(page, 'POST', `/api/forums/${forum}/responses/${other}/restore`);
  expect([late.status, (await stored(page, forum)).map((each) => each.id)]).toEqual([409, [id]]);

  // The same for the forum.
  await page.goto(`${base}${pathOf(forum)}`);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Remove forum' }).click();
  const question = page.getByRole('alertdialog', { name: /^Remove the forum/ });
  await question.getByText('Its 1 response is removed too.').waitFor();
  await question.getByRole('button', { name: 'Remove forum' }).click();
  await page.waitForURL(/canned-responses$/);
  await admin.notices.getByText('Forum removed: Removed').waitFor();
  await eventually(() => page.getByRole('link', { name: 'Removed' }).count(), 0);
  await undo.click();
  await page.getByRole('link', { name: 'Removed' }).waitFor();
  expect((await stored(page, forum)).map((each) => each.id)).toEqual([id]);

  // A second press of the bin in the list asks, and removes nothing.
  const forums = page.getByRole('link', { name: /responses? · / });
  const listed = await forums.count();
  await page.getByRole('button', { name: /^Remove .*Removed/ }).dblclick();
  await question.waitFor();
  expect(await flaws(page)).toEqual([]);
  await picture(page, 'forum-removing');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  expect(await forums.count()).toBe(listed);
  expect(admin.errors).toEqual([]);
});

test('CAN-8 two managers edit one response: the second is told, sees both texts, and decides', async () => {
  const forum = await addForum(admin.page, 'Two managers');
  const [id = ''] = await addResponses(admin.page, forum, [
    { key: 'tents', question: '', answer: 'We sell tents.' },
  ]);
  for (const { page } of [admin, sofia]) {
    await page.goto(`${base}${pathOf(forum, id)}`);
    await eventually(() => editor(page).answer.inputValue(), 'We sell tents.');
  }
  // Sofia types while the change of the administrator is on its way.
  await sofia.page.context().setOffline(true);
  await editor(sofia.page).answer.fill('We sell tents and boats.');
  await editor(admin.page).answer.fill('We sell tents for two.');
  await editor(admin.page).says('Saved').waitFor();
  await sofia.page.context().setOffline(false);
  const conflict = sofia.page.getByRole('alert').filter({ hasText: 'changed this response meanwhile' });
  await conflict.getByText('We sell tents for two.').waitFor();
  await conflict.getByText('We sell tents and boats.').waitFor();
  expect(await stored(admin.page, forum)).toMatchObject([{ answer: 'We sell tents for two.' }]);
  expect(await flaws(sofia.page)).toEqual([]);
  await picture(sofia.page, 'response-conflict');
  await conflict.getByRole('button', { name: 'Save my version' }).click();
  await editor(sofia.page).says('Saved').waitFor();
  // The other one had nothing unsaved: the new text replaces theirs, and they are told.
  await eventually(() => editor(admin.page).answer.inputValue(), 'We sell tents and boats.');
  await admin.page.getByText('updated this response').waitFor();
  expect(admin.errors).toEqual([]);
});

test('FLR-23 rows of a colleague appear, and the caret of a typing manager stays', async () => {
  const { page } = admin;
  const forum = await addForum(page, 'Live');
  const [id = ''] = await addResponses(page, forum, [{ key: 'mine', question: '', answer: 'One two three' }]);
  await page.goto(`${base}${pathOf(forum, id)}`);
  const { answer } = editor(page);
  await eventually(() => answer.inputValue(), 'One two three');
  await answer.evaluate((box: HTMLTextAreaElement) => {
    box.focus();
    box.setSelectionRange(4, 4);
  });
  await addResponses(sofia.page, forum, [{ key: 'theirs', question: '', answer: 'By Sofia' }]);
  await row(page, '#theirs').waitFor();
  await page.keyboard.type('x');
  await eventually(() => answer.inputValue(), 'One xtwo three');
  await isFocused(answer);
});
