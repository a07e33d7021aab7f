/** @type {Record<string, { fits: (value: string) => boolean, must: string }>} */
const settings = {
  PUBLIC_URL: {
    fits: (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    must: 'be the address that browsers open, such as https://chat.example.com',
  },
  BEHIND_CLOUDFLARE: { fits: (value) => /^(?:true|false)$/.test(value), must: 'be true or false' },
  TRUSTED_ADDRESS_HEADER: {
    fits: (value) => /^[\w-]+$/.test(value),
    must: 'be the name of a header, such as X-Forwarded-For',
  },
  TRUSTED_PROXIES: { fits: (value) => /^[1-9]$/.test(value), must: 'be a number from 1 to 9' },
};

/**
 * Reads the Worker's settings from the environment. An invalid value ends the start: with a misspelt header or number
 * of proxies, client addresses would silently not be counted.
 * @param {NodeJS.ProcessEnv} env
 */
export function settingsOf(env) {
  /** @type {Record<string, string>} */
  const given = {};
  for (const [name, { fits, must }] of Object.entries(settings)) {
    const value = env[name]?.trim();
    if (!value) continue;
    if (!fits(value)) throw new Error(`${name} is “${value}”. It must ${must}.`);
    given[name] = value;
  }
  return given;
}
