// The flags of the workloads, described once and in nobody's format.
//
// A flag is `{ key, variants, otherwise, rules }`: the first rule whose conditions all hold decides, and where none
// does the flag serves `otherwise`. A condition is `{ attribute, operator, value }`; the operators are those of `heavy`
// below and `in`. A rule serves a variant, or `{ percent }` of the users `on` and the others `off`, or `{ split }` by
// weight; both go by `userId`.
import { identifier, random } from "./users.mjs";

const boolean = { on: true, off: false };
const when = (attribute, operator, value) => ({ attribute, operator, value });

const fixed = { key: "static", variants: boolean, otherwise: "off", rules: [{ serve: "on" }] };
const rollout = { key: "rollout", variants: boolean, otherwise: "off", rules: [{ serve: { percent: 50 } }] };

/** W3: three users who are none of ours, two tiers, else half of the users. */
function targeted(key, next) {
  return {
    key,
    variants: boolean,
    otherwise: "off",
    rules: [
      { if: [when("userId", "in", [identifier(next), identifier(next), identifier(next)])], serve: "on" },
      { if: [when("tier", "in", ["enterprise", "premium"])], serve: "on" },
      { serve: { percent: 50 } },
    ],
  };
}

/** W4: ten rules, of which only the last matches anybody. */
const heavy = {
  key: "heavy",
  variants: { a: "a", b: "b", c: "c" },
  otherwise: "a",
  rules: [
    { if: [when("country", "is", "NZ")], serve: "a" },
    {
      if: [
        when(
          "country",
          "in",
          Array.from({ length: 100 }, (_, index) => `X${index}`),
        ),
      ],
      serve: "a",
    },
    { if: [when("age", "above", 100)], serve: "a" },
    { if: [when("email", "ends_with", "@nowhere.example")], serve: "a" },
    { if: [when("email", "starts_with", "root")], serve: "a" },
    { if: [when("version", "semver_at_least", "9.0.0")], serve: "a" },
    { if: [when("age", "below", 10)], serve: "a" },
    { if: [when("email", "contains", "%")], serve: "a" },
    { if: [when("tier", "is", "none"), when("age", "below", 0)], serve: "a" },
    { serve: { split: { a: 50, b: 30, c: 20 } } },
  ],
};

/** The flags of W1 to W4. */
export const single = [fixed, rollout, targeted("targeted", random(2)), heavy];

/** `count` flags like that of W3, each with an allow-list of its own: W5, and what is loaded. */
export function many(count) {
  const next = random(3);
  return Array.from({ length: count }, (_, index) => targeted(`flag_${index}`, next));
}

/** Which of `count` flags W5 asks for, one after the other: 8,191 draws, so that flags and users go round apart. */
export function draws(count) {
  const next = random(4);
  return Array.from({ length: 8191 }, () => next() % count);
}
