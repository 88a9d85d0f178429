/** Candidates and offers, and what a request may say of a candidate. */

export type Mobility = "local" | "national";

export interface Candidate {
  readonly candidateId: string;
  readonly skills: readonly string[];
  /** How much of the questionnaire is answered, from 0 to 1. */
  readonly questionnaireCompleteness: number;
  /** What the questionnaire says of the work that is looked for; as many as are answered. */
  readonly wishes: readonly string[];
  readonly mobility: Mobility;
  /** In kilometres; null where it does not matter. */
  readonly maxDistance: number | null;
  readonly experienceYears: number;
  /** Where the candidate lives, in kilometres on a plane. */
  readonly home: Place;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Offer {
  readonly id: string;
  readonly skills: readonly string[];
  readonly culture: readonly string[];
  readonly place: Place;
  readonly experienceYears: number;
}

/** A request that cannot be matched; the message says where, what was found, and what was expected. */
export class BadCandidate extends Error {
  override readonly name = "BadCandidate";
}

/** The candidate of a request's body. @throws BadCandidate */
export function candidateOf(body: unknown): Candidate {
  const given = record(body, "the body");
  const text = (key: string): string => {
    const value = given[key];
    if (typeof value === "string" && value !== "") return value;
    throw bad(key, value, "a text with something in it");
  };
  const number = (key: string, low: number, high: number, usual: number): number => {
    const value = given[key] ?? usual;
    if (typeof value === "number" && value >= low && value <= high) return value;
    throw bad(key, value, `a number from ${low} to ${high}`);
  };
  const texts = (key: string): string[] => {
    const value = given[key] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw bad(key, value, "a list of texts");
  };
  const mobility = given["mobility"] ?? "national";
  if (mobility !== "local" && mobility !== "national") throw bad("mobility", mobility, '"local" or "national"');
  const home = record(given["home"] ?? { x: 0, y: 0 }, "home");
  const coordinate = (key: "x" | "y"): number => {
    const value = home[key];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw bad(`home.${key}`, value, "a number of kilometres");
  };
  return {
    candidateId: text("candidateId"),
    skills: texts("skills"),
    questionnaireCompleteness: number("questionnaireCompleteness", 0, 1, 0),
    wishes: texts("wishes"),
    mobility,
    maxDistance: given["maxDistance"] == null ? null : number("maxDistance", 0, 20_000, 0),
    experienceYears: number("experienceYears", 0, 80, 0),
    home: { x: coordinate("x"), y: coordinate("y") },
  };
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw bad(name, value, "an object");
}

function bad(place: string, found: unknown, expected: string): BadCandidate {
  return new BadCandidate(`${place}: found ${JSON.stringify(found) ?? "nothing"}, expected ${expected}`);
}

/** What the ruleset asks of a candidate. */
export function attributesOf(candidate: Candidate) {
  return {
    candidateId: candidate.candidateId,
    questionnaire_completeness: candidate.questionnaireCompleteness,
    skills_count: candidate.skills.length,
    mobility: candidate.mobility,
    ...(candidate.maxDistance === null ? {} : { max_distance: candidate.maxDistance }),
    experience_years: candidate.experienceYears,
  };
}
