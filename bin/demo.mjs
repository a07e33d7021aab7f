/**
 * Creates the demo account, once for each data folder. Later starts add their own address to the demo site.
 * @param {Pick<import('./server.mjs').Server, 'url' | 'operatorSecret'>} server
 * @param {boolean} [withResponses] with canned responses
 */
export async function seedDemo(server, withResponses = true) {
  const query = withResponses ? '' : '?responses=none';
  const answer = await fetch(`${server.url}/api/operator/seed${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.operatorSecret}` },
  });
  if (!answer.ok)
    throw new Error(`The demo data could not be created: ${answer.status} ${await answer.text()}`);
}

/** @param {{ app: number, widget?: number }} ports under `npm run dev` the app has a port of its own */
export function signInsAndAddresses({ app, widget = app }) {
  const at = `http://localhost:${app}`;
  return `
Parley is running. Ctrl-C stops it.

  http://localhost:${widget}/demo        a demo shop with the widget
  ${at}/login       sign in
  ${at}/workspace   the chats, for agents
  ${at}/console     settings, users and history, for managers

  anna@demo.test    agent
  ben@demo.test     agent
  sofia@demo.test   supervisor
  admin@demo.test   administrator

  Every password is parley-demo.
`;
}
