/** Which algorithm suits whom: the rules of the business, held against the ruleset. */

import { readFileSync } from "node:fs";
import { Engine } from "cutover";
import { expect, test } from "vitest";
import { here } from "./support.js";

const engine = Engine.fromString(readFileSync(here("../ruleset.yaml"), "utf8"));

test.each([
  [{ questionnaire_completeness: 0.8, skills_count: 6 }, "nexten_matcher"],
  [{ mobility: "local", max_distance: 20 }, "smart_match"],
  [{ experience_years: 8, questionnaire_completeness: 0.3 }, "enhanced_match"],
  [{ experience_years: 2 }, "semantic_match"],
  // The questionnaire comes first, wherever the candidate lives and however senior they are.
  [{ questionnaire_completeness: 0.7, skills_count: 5, mobility: "local", experience_years: 20 }, "nexten_matcher"],
  [{ questionnaire_completeness: 0.8, skills_count: 4, experience_years: 20 }, "enhanced_match"],
  [{}, "semantic_match"],
])("%j is matched by %s", (candidate, algorithm) => {
  expect(engine.decide("matching_algorithm", candidate).value).toBe(algorithm);
});

test("what cannot answer makes way for the next of the fallbacks, and at last for nobody", () => {
  const candidate = { questionnaire_completeness: 0.8, skills_count: 6 };
  const select = (unavailable: string[]) => engine.select("matching_algorithm", candidate, { unavailable }).value;
  expect(select(["nexten"])).toBe("enhanced_match");
  expect(select(["nexten", "enhanced"])).toBe("smart_match");
  expect(select(["nexten", "enhanced", "smart", "semantic"])).toBeNull();
});
