// Cutover's rulesets.

const PATHS = { tier: "tenant.tier" };
const OPERATORS = { semver_at_least: "semver" };

function condition({ attribute, operator, value }) {
  const operand = operator === "semver_at_least" ? `>=${value}` : value;
  return { attribute: PATHS[attribute] ?? attribute, [OPERATORS[operator] ?? operator]: operand };
}

function served(serve) {
  if (typeof serve === "string") return serve;
  return serve.split === undefined
    ? { rollout: `${serve.percent}%`, by: "userId" }
    : { split: serve.split, by: "userId" };
}

function flag({ variants, otherwise, rules }) {
  const lines = rules.map(({ if: conditions, serve }) => {
    if (conditions === undefined) return { serve: served(serve) };
    const all = conditions.map(condition);
    return { if: all.length === 1 ? all[0] : { all }, serve: served(serve) };
  });
  // `on` and `off` are what a flag serves unless it declares variants.
  return "on" in variants ? { rules: lines } : { variants, default: otherwise, rules: lines };
}

export function cutover(flags) {
  return { cutover: 1, flags: Object.fromEntries(flags.map((one) => [one.key, flag(one)])) };
}
