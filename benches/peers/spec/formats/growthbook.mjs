// GrowthBook's features. Conditions are MongoDB-like; what it has no operator for is a regular expression, as its own
// interface writes them.

const PATHS = { tier: "tenant.tier" };
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function operator({ operator: name, value }) {
  switch (name) {
    case "is":
      return value;
    case "in":
      return { $in: value };
    case "above":
      return { $gt: value };
    case "below":
      return { $lt: value };
    case "semver_at_least":
      return { $vgte: value };
    case "ends_with":
      return { $regex: `${escaped(value)}$` };
    case "starts_with":
      return { $regex: `^${escaped(value)}` };
    case "contains":
      return { $regex: escaped(value) };
  }
  throw new Error(`GrowthBook has no ${name}`);
}

function rule(values, { if: conditions, serve }) {
  const entries = (conditions ?? []).map((one) => [PATHS[one.attribute] ?? one.attribute, operator(one)]);
  const when = conditions === undefined ? {} : { condition: Object.fromEntries(entries) };
  if (typeof serve === "string") return { ...when, force: values[serve] };
  if (serve.percent !== undefined) {
    return { ...when, force: true, coverage: serve.percent / 100, hashAttribute: "userId", hashVersion: 2 };
  }
  const variations = Object.keys(serve.split).map((name) => values[name]);
  const weights = Object.values(serve.split).map((weight) => weight / 100);
  return { ...when, variations, weights, coverage: 1, hashAttribute: "userId", hashVersion: 2 };
}

function feature({ variants, otherwise, rules }) {
  const [first] = rules;
  if (first.if === undefined && typeof first.serve === "string")
    return { defaultValue: variants[first.serve], rules: [] };
  return { defaultValue: variants[otherwise], rules: rules.map((one) => rule(variants, one)) };
}

export function growthbook(flags) {
  return Object.fromEntries(flags.map((one) => [one.key, feature(one)]));
}
