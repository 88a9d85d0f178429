/** How well an offer suits a candidate, by what each algorithm looks at. All scores lie between 0 and 1. */

import type { Candidate, Offer, Place } from "../candidate.js";

/** The share of what the offer asks that the candidate has. */
export function skills(candidate: Candidate, offer: Offer): number {
  return overlap(candidate.skills, offer.skills);
}

/** The share of the candidate's wishes that the offer meets. */
export function wishes(candidate: Candidate, offer: Offer): number {
  return overlap(offer.culture, candidate.wishes);
}

/** 1 next door, 0 at the end of the way that the candidate would go. */
export function nearness(candidate: Candidate, offer: Offer): number {
  const reach = candidate.maxDistance ?? (candidate.mobility === "local" ? 30 : 1_000);
  return Math.max(0, 1 - distance(candidate.home, offer.place) / Math.max(reach, 1));
}

/** 1 where the years of experience are those that are asked for, less with each year that is missing or too much. */
export function seniority(candidate: Candidate, offer: Offer): number {
  return Math.max(0, 1 - Math.abs(candidate.experienceYears - offer.experienceYears) / 10);
}

function overlap(has: readonly string[], asked: readonly string[]): number {
  if (asked.length === 0) return 1;
  const found = new Set(has);
  return asked.filter((item) => found.has(item)).length / asked.length;
}

function distance(one: Place, other: Place): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
