// The users: a thousand of them with six attributes, the same on every machine.

const COUNTRIES = ["FR", "DE", "US", "BR", "JP"];
/** How the tiers are spread, in hundredths: a fifth of the users is in one that W3 names. */
const TIERS = [
  ["free", 40],
  ["basic", 40],
  ["premium", 15],
  ["enterprise", 5],
];

/** Numbers from 0 to 2^32 - 1 (mulberry32): the same ones on every machine. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function tier(hundredth) {
  let edge = 0;
  for (const [name, share] of TIERS) {
    edge += share;
    if (hundredth < edge) return name;
  }
  return "free";
}

/** An identifier that looks like a UUID, in 36 characters. */
export function identifier(next) {
  const hex = [next(), next(), next(), next()].map((part) => part.toString(16).padStart(8, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** `count` users, as flat records: each language makes of them the contexts that its engines take. */
export function users(count) {
  const next = random(1);
  return Array.from({ length: count }, (_, index) => ({
    userId: identifier(next),
    email: `user.${index}@example.${next() % 3 ? "com" : "org"}`,
    country: COUNTRIES[next() % COUNTRIES.length],
    age: 18 + (next() % 60),
    tier: tier(next() % 100),
    version: `${next() % 4}.${next() % 10}.${next() % 10}`,
  }));
}
