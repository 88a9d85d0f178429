// Eppo's universal flag configuration: allocations, of which the first that applies decides. What it has no operator
// for is a regular expression.

const PATHS = { tier: "tenant.tier", userId: "id" };
const SHARDS = 10_000;
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function condition({ attribute: name, operator, value }) {
  const attribute = PATHS[name] ?? name;
  switch (operator) {
    case "is":
      return { attribute, operator: "ONE_OF", value: [value] };
    case "in":
      return { attribute, operator: "ONE_OF", value };
    case "above":
      return { attribute, operator: "GT", value };
    case "below":
      return { attribute, operator: "LT", value };
    case "semver_at_least":
      return { attribute, operator: "GTE", value };
    case "ends_with":
      return { attribute, operator: "MATCHES", value: `${escaped(value)}$` };
    case "starts_with":
      return { attribute, operator: "MATCHES", value: `^${escaped(value)}` };
    case "contains":
      return { attribute, operator: "MATCHES", value: escaped(value) };
  }
  throw new Error(`Eppo has no ${operator}`);
}

function splits(key, serve) {
  if (typeof serve === "string") return [{ variationKey: serve, shards: [] }];
  const weights = serve.split ?? { on: serve.percent, off: 100 - serve.percent };
  let start = 0;
  return Object.entries(weights).map(([variationKey, share]) => {
    const end = start + (share * SHARDS) / 100;
    const shards = [{ salt: key, ranges: [{ start, end }] }];
    start = end;
    return { variationKey, shards };
  });
}

export function eppo(flags) {
  const flag = ({ key, variants, rules }) => ({
    key,
    enabled: true,
    variationType: "on" in variants ? "BOOLEAN" : "STRING",
    variations: Object.fromEntries(Object.entries(variants).map(([name, value]) => [name, { key: name, value }])),
    totalShards: SHARDS,
    allocations: rules.map(({ if: conditions, serve }, index) => ({
      key: `${key}_${index}`,
      ...(conditions === undefined ? {} : { rules: [{ conditions: conditions.map(condition) }] }),
      splits: splits(key, serve),
      doLog: false,
    })),
  });
  return {
    createdAt: "2026-01-01T00:00:00.000Z",
    format: "SERVER",
    environment: { name: "bench" },
    flags: Object.fromEntries(flags.map((one) => [one.key, flag(one)])),
    bandits: {},
  };
}
