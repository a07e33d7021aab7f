/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  compilerOptions: {
    runes: true,
    // Stands in every rule and on every element. Among a dozen components a few letters suffice; a file's name is the same everywhere.
    cssHash: ({ hash, filename, name }) => `s${hash(filename.split('/').at(-1) ?? name).slice(-4)}`,
  },
};
