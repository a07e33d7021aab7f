/** Seeded random numbers (mulberry32), so that all peers receive the same texts at the same moments. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const words =
  'the order has not come yet and my tracking page says nothing new since Monday could you look please'.split(
    ' ',
  );

/** Messages as people type them: 20 to 120 characters. */
export function texts(random: () => number): string[] {
  return Array.from({ length: 256 }, () => {
    const length = 20 + Math.floor(random() * 100);
    let text = '';
    while (text.length < length) text += `${words[Math.floor(random() * words.length)]} `;
    return text.slice(0, length).trim();
  });
}
