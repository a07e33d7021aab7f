import { reasonOf, shown, Stopped } from './exec.mjs';
import { stepsOf } from './steps.mjs';

/**
 * @typedef {import('./config.mjs').Config} Config
 * @typedef {import('./steps.mjs').Context} Context
 */

/**
 * Runs every step that is not done yet.
 * @param {Config} config
 * @param {Omit<Context, 'succeed' | 'found'>} given
 */
export async function deploy(config, given) {
  const { exec, log } = given;
  /** @type {Context} */
  const context = {
    ...given,
    found: { accounts: 0, secrets: {} },
    async succeed(command, otherwise) {
      const ended = await exec(command);
      if (ended.code === 0) return ended;
      throw new Stopped(`${otherwise}: ${reasonOf(ended)} Fix that, and run again.`);
    },
  };
  const steps = stepsOf(config);
  for (const [index, step] of steps.entries()) {
    log(`${index + 1}/${steps.length} ${step.title}`);
    const done = (await step.check?.(context)) ?? (await step.action?.(context));
    log(`   ${done}`);
  }
  log(`\n${settings(config)}`);
}

/** Lists the steps with their commands, as typed in a terminal. @param {Config} config */
export function plan(config) {
  const steps = stepsOf(config).map(({ title, plan: commands }, index) => {
    const lines = commands.map(({ command, when }) => `   ${shown(command)}${when ? `    (${when})` : ''}`);
    return [`${index + 1}. ${title}`, ...lines].join('\n');
  });
  return [...steps, '', settings(config)].join('\n');
}

/** @type {Record<string, string>} */
const variables = {
  PUBLIC_URL: 'where browsers find the deployment; links in mails begin with it',
  MAIL_FROM: 'the sender of mails, which go out where this, PUBLIC_URL and the secret SMTP_URL are set',
  HELP_URL: 'the page that the help link of the sign-in page opens',
  BEHIND_CLOUDFLARE: '"true" on Cloudflare, whose client addresses can be trusted',
  TRUSTED_ADDRESS_HEADER: 'behind another proxy, the header in which it writes the client’s address',
  TRUSTED_PROXIES: 'the number of proxies that append to that header',
};

/** @param {Config} config */
function settings({ vars }) {
  const width = Math.max(...Object.keys(variables).map((name) => name.length));
  const lines = Object.entries(variables).map(([name, meaning]) => {
    const value = vars[name];
    return `   ${name.padEnd(width)}  ${value === undefined ? 'not set' : JSON.stringify(value)}: ${meaning}`;
  });
  return ['Settings, [vars] in wrangler.toml; the next deployment applies a change:', ...lines].join('\n');
}
