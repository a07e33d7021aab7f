import { afterEach, expect, test, vi } from 'vitest';
import { Deployment } from './cloud.ts';

// Each test runs several processes.
vi.setConfig({ testTimeout: 60_000 });

let deployment: Deployment;
afterEach(() => deployment.end());

test('a deployment requires the first account’s company and administrator before the upload', async () => {
  deployment = await Deployment.start();
  const { stopped, commands } = await deployment.run({}, { name: 'Acme', person: 'Ada' });
  expect(stopped).toBe(
    'There is no account yet: run again with `npm run deploy -- --name COMPANY --person NAME --email EMAIL`.',
  );
  expect(commands.filter((command) => command.startsWith('wrangler deploy'))).toEqual([]);
});

test('the first account waits for a deployment that doesn’t answer or doesn’t have its secret yet', async () => {
  deployment = await Deployment.start();
  const operatorApi = deployment.operatorApi;
  const early = [
    { status: 404, body: {} },
    { status: 403, body: { refused: 'forbidden', message: 'This is not allowed.' } },
    'lost' as const,
  ];
  deployment.operatorApi = (secret, body) => early.shift() ?? operatorApi(secret, body);
  const { stopped } = await deployment.run({ OPERATOR_SECRET: 'chosen-by-the-operator' });
  expect(stopped).toBeUndefined();
  expect(deployment.cloud.accounts).toBe(1);
  expect(deployment.asked).toEqual(Array.from({ length: 4 }, () => deployment.asked[0]));
});

test('an account whose answer was lost is created once, and its password is shown', async () => {
  deployment = await Deployment.start();
  let made: unknown;
  deployment.operatorApi = (_, body) => {
    if (made) return { status: 409, body: { refused: 'email_taken', message: 'This address is taken.' } };
    made = body;
    return 'lost';
  };
  const { stopped, output } = await deployment.run();
  expect(stopped).toBeUndefined();
  const [{ password }] = (made as { users: [{ password: string }] }).users;
  expect(output).toContain(`${password}    (shown only here`);
});

test('a refusal of the account stops the deployment with its reason, and running again creates the account', async () => {
  deployment = await Deployment.start();
  const operatorApi = deployment.operatorApi;
  deployment.operatorApi = () => ({
    status: 400,
    body: { refused: 'invalid', message: 'This is not valid.', field: 'users.0.email' },
  });
  expect((await deployment.run()).stopped).toBe(
    'The first account was not created: This is not valid. (users.0.email) Fix that, and run again.',
  );
  deployment.operatorApi = operatorApi;
  expect((await deployment.run()).stopped).toBeUndefined();
  expect(deployment.cloud.accounts).toBe(1);
});

test('a deployment that keeps refusing the operator’s requests is not retried for ever', async () => {
  deployment = await Deployment.start();
  deployment.operatorApi = () => ({
    status: 403,
    body: { refused: 'forbidden', message: 'This is not allowed.' },
  });
  expect((await deployment.run()).stopped).toBe(
    'The first account was not created: This is not allowed. Fix that, and run again.',
  );
  expect(deployment.asked).toHaveLength(45);
});
