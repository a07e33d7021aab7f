import { launchBrowser } from './helpers/browser.ts';
import { accessibilityOf } from './e2e/people.ts';
import { agentOf, visitorOf } from './helpers/people.ts';
const base = 'http://localhost:9050';
const demo = await (await fetch(base + '/demo')).text();
const site = /site=(sit_\w+)/.exec(demo)?.[1] ?? '';
const admin = await agentOf({ base, email: 'admin@demo.test', password: 'parley-demo' });
const account = await admin.ask<any>('GET', '/api/account');
const { id: _, ...body } = account;
console.log(await admin.ask('PATCH', '/api/account', { ...body, assignment: 'offered', offerSeconds: 120 }));
await admin.ask('POST', '/api/groups', { name: 'Returns and complaints', members: [] });
const names: [string, string][] = [['Marta Kowalska', 'Hello! My tent pole snapped on the second night, and I leave again on Friday. Can you send a spare one in time?'], ['', 'Do the Ridge boots run small?'], ['Wolfeschlegelsteinhausenbergerdorff Hubert Blaine', 'Where is my order 20418?'], ['محمد عبد الله', 'هل تشحنون إلى عمان؟']];
const browser = await launchBrowser();
const combos = [['d', 1440, 900, 'light', 'en-US'], ['m', 390, 844, 'dark', 'ru-RU'], ['dd', 1440, 900, 'dark', 'ru-RU'], ['ml', 390, 844, 'light', 'en-US']] as const;
const visitors = [];
for (const [name, text] of names) {
  const v = visitorOf({ base, site });
  await v.until(() => v.view.session !== undefined || true);
  v.say(text);
  await v.until(() => v.view.state !== null && v.view.state !== undefined);
  if (name) v.chat.identify?.({ name });
  visitors.push(v);
}
const sofia = await agentOf({ base, email: 'sofia@demo.test', password: 'parley-demo' });
const ben = await agentOf({ base, email: 'ben@demo.test', password: 'parley-demo' });
const bd = ben.desk(); const bf = ben.floor();
for (const [name, width, height, scheme, locale] of combos) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale });
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  await page.goto(base + '/login');
  await page.locator('input[type=email]').fill('anna@demo.test');
  await page.locator('input[name=password]').fill('parley-demo');
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/workspace/);
  await page.waitForSelector('section.tray article');
  await page.waitForTimeout(800);
  const shot = async (what: string) => {
    await page.screenshot({ path: `/tmp/mine/${what}-${name}.png` });
    const problems = await accessibilityOf(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (problems.length || wide > 0) console.log(name, what, JSON.stringify(problems), wide);
  };
  await shot('offer');
  await page.locator('section.tray article button').nth(1).click();
  await page.waitForURL(/workspace\/con/);
  await page.waitForTimeout(700);
  await shot('accepted');
  await page.getByRole('button', { name: locale === 'en-US' ? 'More' : 'Ещё', exact: false }).last().click();
  await page.waitForTimeout(300);
  await shot('menu');
  await page.getByRole('menuitem').first().click();
  await page.waitForTimeout(700);
  await shot('transfer');
  await page.locator('[role=radiogroup] input:enabled').first().check();
  await page.locator('[role=dialog] textarea').fill('She leaves on Friday, so it has to go by express.');
  await page.locator('[role=dialog] button[type=submit]').click();
  await page.waitForTimeout(900);
  await shot('asked');
  if (width > 1000) { await page.getByRole('button', { name: locale === 'en-US' ? 'Show the decisions' : 'Показать решения' }).click(); await page.waitForTimeout(500); await shot('why'); }
  // give back for the next round
  const offer = [...bf.offers.values()].find((o) => o.agent.id === ben.me.id);
  console.log(name, 'offer to ben', offer?.note);
  await context.close();
}
await browser.close();
process.exit(0);
