/** The algorithms, by the values of the flag `matching_algorithm`. Nexten is a service of its own; the others are here. */

import type { Candidate, Offer } from "../candidate.js";
import { nearness, seniority, skills, wishes } from "./scores.js";

/** An offer and how well it suits, the best first. */
export interface Match {
  readonly offer: string;
  readonly score: number;
}

export type Score = (candidate: Candidate, offer: Offer) => number;

/** The first version: skills alone. */
export const v1: Score = skills;

/** What the service `nexten` does: skills, and what the questionnaire says. */
export const nexten: Score = (candidate, offer) => 0.5 * skills(candidate, offer) + 0.5 * wishes(candidate, offer);

/** The algorithms of the second version that run in this process. */
export const LOCAL: Readonly<Record<string, Score>> = {
  smart_match: (candidate, offer) => 0.5 * skills(candidate, offer) + 0.5 * nearness(candidate, offer),
  enhanced_match: (candidate, offer) => 0.5 * skills(candidate, offer) + 0.5 * seniority(candidate, offer),
  semantic_match: skills,
};

/** How many matches an answer has. */
const BEST = 5;

/** The best offers for a candidate; equal scores go by the offer's id, so that an answer is the same each time. */
export function rank(score: Score, candidate: Candidate, offers: readonly Offer[]): Match[] {
  return offers
    .map((offer) => ({ offer: offer.id, score: score(candidate, offer) }))
    .sort((one, other) => other.score - one.score || (one.offer < other.offer ? -1 : 1))
    .slice(0, BEST);
}
