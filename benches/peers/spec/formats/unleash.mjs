// Unleash's features: strategies, of which the first that applies decides. Where none applies the feature is off.

const PATHS = { tier: "tenant.tier" };
const STRINGS = { ends_with: "STR_ENDS_WITH", starts_with: "STR_STARTS_WITH", contains: "STR_CONTAINS" };
const SINGLES = { above: "NUM_GT", below: "NUM_LT", semver_at_least: "SEMVER_GTE" };

function constraint({ attribute, operator, value }) {
  const common = { contextName: PATHS[attribute] ?? attribute, inverted: false, caseInsensitive: false };
  if (operator in SINGLES) return { ...common, operator: SINGLES[operator], value: String(value), values: [] };
  const values = Array.isArray(value) ? value : [value];
  return { ...common, operator: STRINGS[operator] ?? "IN", values };
}

function variants(weights) {
  return Object.entries(weights).map(([name, share]) => ({
    name,
    weight: share * 10,
    weightType: "variable",
    stickiness: "userId",
    payload: { type: "string", value: name },
  }));
}

function strategy(key, boolean, { if: conditions = [], serve }) {
  const percent = serve.percent ?? 100;
  const name = percent === 100 && boolean ? "default" : "flexibleRollout";
  const parameters = name === "default" ? {} : { rollout: String(percent), stickiness: "userId", groupId: key };
  const weights = serve.split ?? { [serve]: 100 };
  return { name, parameters, constraints: conditions.map(constraint), variants: boolean ? [] : variants(weights) };
}

export function unleash(flags) {
  const features = flags.map(({ key, variants: values, rules }) => ({
    name: key,
    type: "release",
    project: "default",
    description: "",
    enabled: true,
    stale: false,
    impressionData: false,
    strategies: rules.map((rule) => strategy(key, "on" in values, rule)),
    variants: [],
  }));
  return { version: 2, features, segments: [] };
}
