/** A small world: offers, and candidates of whom it is known which offer suits them best. The same on every machine. */

import type { Candidate, Offer } from "./candidate.js";

const SKILLS = ["rust", "typescript", "python", "sql", "mongodb", "react", "docker", "kubernetes", "testing", "design"];
const CULTURE = ["remote", "small team", "public service", "four days", "training", "night work"];
const OFFERS = 120;

/** Draws numbers below a bound from a seed: a linear congruence is enough for samples. */
function draws(seed: number): (below: number) => number {
  let state = BigInt(seed) * 2n + 1n;
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
    return Number((state >> 33n) % BigInt(below));
  };
}

function some<T>(draw: (below: number) => number, from: readonly T[], count: number): T[] {
  const left = [...from];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(draw(left.length), 1)[0] as T);
}

/** The offers of the example. */
export function offers(): Offer[] {
  const draw = draws(7);
  return Array.from({ length: OFFERS }, (_, number) => ({
    id: `offer_${number}`,
    skills: some(draw, SKILLS, 3 + draw(3)),
    culture: some(draw, CULTURE, 3),
    place: { x: draw(400), y: draw(400) },
    experienceYears: draw(20),
  }));
}

/** A candidate, and the offer that this person would take. */
export interface Sample {
  readonly candidate: Candidate;
  readonly suits: (offer: Offer) => boolean;
}

/**
 * The candidate of this number. Each kind of person cares about something besides their skills: what the work is like, where it
 * is, or how senior it is; and some about nothing else.
 */
export function sample(number: number): Sample {
  const draw = draws(1_000 + number);
  const kind = draw(10);
  const base = {
    candidateId: `candidate_${number}`,
    skills: some(draw, SKILLS, 5 + draw(4)),
    home: { x: draw(400), y: draw(400) },
    wishes: [],
    questionnaireCompleteness: 0.2,
    mobility: "national" as const,
    maxDistance: null,
    experienceYears: draw(5),
  };
  const masters = (offer: Offer) => share(base.skills, offer.skills) >= 0.5;
  if (kind < 4) {
    const wished = some(draw, CULTURE, 2);
    const candidate: Candidate = { ...base, wishes: wished, questionnaireCompleteness: 0.9 };
    return { candidate, suits: (offer) => masters(offer) && share(offer.culture, wished) >= 0.5 };
  }
  if (kind < 6) {
    const candidate: Candidate = { ...base, mobility: "local", maxDistance: 150 };
    return { candidate, suits: (offer) => masters(offer) && Math.hypot(offer.place.x - base.home.x, offer.place.y - base.home.y) <= 150 };
  }
  if (kind < 8) {
    const candidate: Candidate = { ...base, experienceYears: 8 + draw(8) };
    return { candidate, suits: (offer) => masters(offer) && Math.abs(offer.experienceYears - candidate.experienceYears) <= 5 };
  }
  return { candidate: base, suits: masters };
}

function share(has: readonly string[], asked: readonly string[]): number {
  return asked.filter((item) => has.includes(item)).length / Math.max(asked.length, 1);
}
