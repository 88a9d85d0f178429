/** Scenarios in Gherkin: those of `conformance/openfeature`, and those of the OpenFeature specification where they are there. */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AstBuilder, GherkinClassicTokenMatcher, Parser, compile } from "@cucumber/gherkin";
import { IdGenerator } from "@cucumber/messages";

export interface Step {
  readonly text: string;
  /** The rows of its table; none where it has no table. */
  readonly rows: readonly (readonly string[])[];
}

export interface Scenario {
  /** The file that it is from. */
  readonly feature: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly steps: readonly Step[];
}

export const conformance = fileURLToPath(new URL("../../../../conformance/openfeature", import.meta.url));

/**
 * The folder with the suite of the specification (`specification/assets/gherkin` of the repository open-feature/spec); null where
 * nobody has brought it.
 */
export const suite = [process.env["OPENFEATURE_SUITE"], join(conformance, "../suites/openfeature")].find(
  (folder) => folder !== undefined && existsSync(join(folder, "evaluation_v2.feature")),
) ?? null;

/** The scenarios of a folder, one for each example of an outline. */
export function scenarios(folder: string): Scenario[] {
  const newId = IdGenerator.incrementing();
  return readdirSync(folder).sort().filter((file) => file.endsWith(".feature")).flatMap((feature) => {
    const parser = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher());
    const document = parser.parse(readFileSync(join(folder, feature), "utf8"));
    return compile(document, feature, newId).map(({ name, tags, steps }) => ({
      feature,
      name,
      tags: tags.map((tag) => tag.name),
      steps: steps.map(({ text, argument }) => ({
        text,
        rows: (argument?.dataTable?.rows ?? []).map(({ cells }) => cells.map(({ value }) => value)),
      })),
    }));
  });
}

type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Why scenarios of the specification are not run, in any language or in this one. */
export function notRun(language: string): { reason(scenario: Scenario): string | undefined; stale(all: readonly Scenario[]): string[] } {
  const listed = JSON.parse(readFileSync(join(conformance, "not_run.json"), "utf8")) as Record<string, Reasons>;
  const lists = [listed["all"] ?? {}, listed[language] ?? {}];
  return {
    reason: ({ feature, name }) => lists.map((list) => list[feature]?.[name] ?? list[feature]?.["*"]).find(Boolean),
    stale: (all) =>
      lists.flatMap((list) =>
        Object.entries(list).flatMap(([feature, names]) =>
          Object.keys(names)
            .filter((name) => !all.some((each) => each.feature === feature && (name === "*" || each.name === name)))
            .map((name) => `${feature}: ${name}`),
        ),
      ),
  };
}
