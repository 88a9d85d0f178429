// flagd's definitions: targeting is JsonLogic with operators of its own.

const PATHS = { tier: "tenant.tier" };

function condition({ attribute, operator, value }) {
  const found = { var: PATHS[attribute] ?? attribute };
  switch (operator) {
    case "in":
      return { in: [found, value] };
    case "contains":
      return { in: [value, found] };
    case "is":
      return { "==": [found, value] };
    case "above":
      return { ">": [found, value] };
    case "below":
      return { "<": [found, value] };
    case "semver_at_least":
      return { sem_ver: [found, ">=", value] };
    default:
      return { [operator]: [found, value] };
  }
}

/** Without a first argument, `fractional` hashes the flag's key and the targeting key. */
function served(serve) {
  if (typeof serve === "string") return serve;
  const weights = serve.split ?? { on: serve.percent, off: 100 - serve.percent };
  return { fractional: Object.entries(weights) };
}

function targeting(rules) {
  const parts = rules.flatMap(({ if: conditions, serve }) => {
    if (conditions === undefined) return [served(serve)];
    const all = conditions.map(condition);
    return [all.length === 1 ? all[0] : { and: all }, served(serve)];
  });
  return parts.length === 1 ? parts[0] : { if: parts };
}

function flag({ variants, otherwise, rules }) {
  const [first] = rules;
  if (first.if === undefined && typeof first.serve === "string") {
    return { state: "ENABLED", variants, defaultVariant: first.serve };
  }
  return { state: "ENABLED", variants, defaultVariant: otherwise, targeting: targeting(rules) };
}

export function flagd(flags) {
  return { flags: Object.fromEntries(flags.map((one) => [one.key, flag(one)])) };
}
