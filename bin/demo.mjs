/**
 * Makes the demo account, once for each data folder; its site then serves the address of this start as well.
 * @param {import('./server.mjs').Server} server
 */
export async function seedDemo(server) {
  const answer = await fetch(`${server.url}/api/operator/seed`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.operatorSecret}` },
  });
  if (!answer.ok) throw new Error(`The demo data could not be made: ${answer.status} ${await answer.text()}`);
}

/** @param {number} port */
export function signInsAndAddresses(port) {
  const at = `http://localhost:${port}`;
  return `
Parley is running. Ctrl-C stops it.

  ${at}/demo        a shop with the widget on it
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
