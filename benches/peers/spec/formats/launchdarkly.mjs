// LaunchDarkly's flags, as its servers send them. An allow-list is the flag's `targets`, and the last rule the
// `fallthrough`. Versions can be above another one but not at least it: the same work.

const OPERATORS = {
  is: "in",
  in: "in",
  above: "greaterThan",
  below: "lessThan",
  starts_with: "startsWith",
  ends_with: "endsWith",
  contains: "contains",
  semver_at_least: "semVerGreaterThan",
};
const PATHS = { tier: "/tenant/tier", userId: "key" };

const clause = ({ attribute, operator, value }) => ({
  contextKind: "user",
  attribute: PATHS[attribute] ?? attribute,
  op: OPERATORS[operator],
  values: Array.isArray(value) ? value : [value],
  negate: false,
});

function flag({ key, variants, otherwise, rules }, version) {
  const names = Object.keys(variants);
  const served = (serve) => {
    if (typeof serve === "string") return { variation: names.indexOf(serve) };
    const weights = serve.split ?? { on: serve.percent, off: 100 - serve.percent };
    const variations = Object.entries(weights).map(([name, share]) => ({
      variation: names.indexOf(name),
      weight: share * 1000,
    }));
    return { rollout: { kind: "rollout", contextKind: "user", variations } };
  };
  const last = rules.at(-1);
  const listed = rules.filter(({ if: conditions }) => conditions?.[0].attribute === "userId");
  const others = rules.filter((rule) => rule !== last && !listed.includes(rule));
  return {
    key,
    version,
    on: true,
    prerequisites: [],
    targets: listed.map(({ if: [{ value }], serve }) => ({ variation: names.indexOf(serve), values: value })),
    contextTargets: [],
    rules: others.map(({ if: conditions, serve }, index) => ({
      id: `rule_${index}`,
      clauses: conditions.map(clause),
      trackEvents: false,
      ...served(serve),
    })),
    fallthrough: served(last.serve),
    offVariation: names.indexOf(otherwise),
    variations: Object.values(variants),
    clientSide: false,
    clientSideAvailability: { usingMobileKey: false, usingEnvironmentId: false },
    salt: key,
    trackEvents: false,
    trackEventsFallthrough: false,
    debugEventsUntilDate: null,
  };
}

export function launchdarkly(flags) {
  return { flags: Object.fromEntries(flags.map((one) => [one.key, flag(one, 1)])), segments: {} };
}
