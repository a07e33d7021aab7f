/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  compilerOptions: {
    runes: true,
    // The hash is part of every rule and every element. A few letters are unique among a dozen components, and a
    // file's name is the same on every machine.
    cssHash: ({ hash, filename, name }) => `s${hash(filename.split('/').at(-1) ?? name).slice(-4)}`,
  },
};
