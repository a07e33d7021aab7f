/** A full floor: three agents with a chat each, and a queue that moves as soon as an agent has capacity. */
import { userBodyOf, type Account, type NewUserBody, type UsersPage } from '#protocol';
import { expect, test } from 'vitest';
import { agentOf, visitorOf } from '../helpers/people.ts';
import { accessibilityOf, Agent, Visitor } from './people.ts';
import { stage } from './stage.ts';

const { base, browser, confirm } = await stage();
const password = 'parley-demo';
const admin = await agentOf({ base, email: 'admin@demo.test', password });

/** Creates three agents with a limit of one chat, assigned by longest idle time. */
async function staff(): Promise<void> {
  const { id: _, ...account } = (await admin.ask('GET', '/api/account')) as Account;
  await admin.ask('PATCH', '/api/account', { ...account, assignment: 'assigned' });
  const { users } = (await admin.ask('GET', '/api/users')) as UsersPage;
  const limits = { live: 1, nrt: null };
  for (const user of users.filter(({ roles }) => roles.includes('agent'))) {
    await admin.ask('PATCH', `/api/users/${user.id}`, { ...userBodyOf(user), limits });
    if (user.email !== 'ben@demo.test') continue;
    const cleo = { ...userBodyOf(user), email: 'cleo@demo.test', name: 'Cleo Marin', limits, password };
    await admin.ask('POST', '/api/users', cleo satisfies NewUserBody);
    await confirm(cleo.email);
  }
}

test('F41 F165 F170: with all agents full, the oldest chat gets the next free capacity, and every visitor sees it', async () => {
  await staff();
  const agents: Agent[] = [];
  for (const name of ['anna', 'ben', 'cleo']) {
    agents.push(await Agent.signIn(browser, base, `${name}@demo.test`));
  }
  const { sites } = (await admin.ask('GET', '/api/sites')) as { sites: { id: string }[] };
  const site = sites[0]?.id ?? '';
  const floor = admin.floor();
  await floor.until(
    () =>
      [...floor.agents.values()].filter(({ connected, roles }) => connected && roles.includes('agent'))
        .length === 3,
  );
  const served = ['Do you repair zips?', 'Is there a bus to the store?', 'Can I return a gift?'];
  for (const text of served) {
    const visitor = visitorOf({ base, site });
    visitor.say(text);
    await floor.until(() =>
      [...floor.rows.values()].some((row) => row.opening === text && row.owner !== null),
    );
  }
  const [next, last] = [await Visitor.visit(browser, base), await Visitor.visit(browser, base)];
  await next.ask('Which stove burns wood?');
  await next.chat.getByText('You’re next in the queue.').waitFor();
  await last.ask('And which burns gas?');
  await last.chat.getByText('You’re number 2 in the queue.').waitFor();

  const sofia = await Agent.signIn(browser, base, 'sofia@demo.test', '/console/floor');
  for (const name of ['Anna Petrova', 'Ben Okafor', 'Cleo Marin']) {
    await sofia.page.getByRole('row').filter({ hasText: name }).getByText('1 of 1').waitFor();
  }
  const queue = sofia.page.getByRole('region', { name: 'Queue' }).getByRole('row');
  await expect.poll(() => queue.count()).toBe(3);
  expect(await accessibilityOf(sofia.page)).toEqual([]);
  for (const agent of agents) await agent.group('My chats').getByRole('listitem').waitFor();

  const [, ben, cleo] = agents as [Agent, Agent, Agent];
  const end = async (agent: Agent) => {
    await agent.group('My chats').getByRole('link').click();
    await agent.endChat();
  };
  await end(ben);
  await ben.row('My chats', 'Which stove burns wood?').waitFor();
  await last.chat.getByText('You’re next in the queue.').waitFor();
  await end(cleo);
  await cleo.row('My chats', 'And which burns gas?').waitFor();
  await expect.poll(() => queue.count()).toBe(0);
  for (const agent of agents) {
    await expect.poll(() => agent.group('My chats').getByRole('listitem').count()).toBe(1);
  }
  expect([...agents, sofia, next, last].flatMap(({ errors }) => errors)).toEqual([]);
});
