/** Randomness that is the same for a seed: mulberry32, and what generators make of it. */
export function seeded(seed) {
  let state = Number(seed) >>> 0;
  /** A number from 0 to 1. */
  function random() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (limit) => Math.floor(random() * limit);
  const pick = (list) => list[below(list.length)];
  return {
    random,
    below,
    pick,
    times: (most, make) => Array.from({ length: below(most + 1) }, make),
    some: (list, most) => Array.from({ length: below(most + 1) }, () => pick(list)),
    maybe: (share, value) => (random() < share ? value : undefined),
  };
}
