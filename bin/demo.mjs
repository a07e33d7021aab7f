/**
 * Makes the demo account, once for each data folder; its site then serves the address of this start as well.
 * @param {Pick<import('./server.mjs').Server, 'url' | 'operatorSecret'>} server
 */
export async function seedDemo(server) {
  const answer = await fetch(`${server.url}/api/operator/seed`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.operatorSecret}` },
  });
  if (!answer.ok) throw new Error(`The demo data could not be made: ${answer.status} ${await answer.text()}`);
}

/** @param {{ app: number, widget?: number }} ports under `npm run dev`, the app is on another port than the rest */
export function signInsAndAddresses({ app, widget = app }) {
  const at = `http://localhost:${app}`;
  return `
Parley is running. Ctrl-C stops it.

  http://localhost:${widget}/demo        a shop with the widget on it
  ${at}/login       sign in
  ${at}/workspace   where agents answer
  ${at}/console     where a manager steers and measures

  anna@demo.test    agent
  ben@demo.test     agent
  sofia@demo.test   supervisor
  admin@demo.test   administrator

  The password of each is parley-demo
`;
}
