/** The company of a fault run: an account with a site, an administrator and agents. */
import { defaultCampaign, isRefusal, type Refusal } from '#protocol';
import { agentOf, type AgentPerson, type Wiring } from '../helpers/people.ts';

export const password = 'correct horse battery';

/** Creates an account with a site and its users, and signs the agents in. */
export async function staff(
  base: string,
  secret: string,
  agents: number,
  wiring: () => Wiring,
): Promise<{ agents: AgentPerson[]; site: string }> {
  const user = (name: string, role: string) => ({
    email: `${name}@faults.test`,
    name,
    password,
    roles: [role],
  });
  const names = Array.from({ length: agents }, (_, number) => `agent${number}`);
  const made = await fetch(`${base}/api/operator/accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ name: 'Northwind', timeZone: 'UTC' },
      users: [...names.map((name) => user(name, 'agent')), user('admin', 'administrator')],
    }),
  });
  if (!made.ok) throw new Error(await made.text());
  const signIn = (name: string) =>
    agentOf({ base, email: `${name}@faults.test`, password, wiring: wiring() });
  const admin = await signIn('admin');
  const campaign = sure(
    await admin.ask<{ id: string }>('POST', '/api/campaigns', {
      ...{ name: 'Help', enabled: true, settings: { ...defaultCampaign, sneakPreview: true } },
    }),
  );
  const site = sure(
    await admin.ask<{ id: string }>('POST', '/api/sites', {
      ...{ name: 'Shop', origins: [base], campaign: campaign.id },
    }),
  );
  const signedIn: AgentPerson[] = [];
  for (const name of names) signedIn.push(await signIn(name));
  return { agents: signedIn, site: site.id };
}

/** The answer of a request that must succeed. */
export function sure<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Error(`refused: ${answer.refused}`);
  return answer;
}
