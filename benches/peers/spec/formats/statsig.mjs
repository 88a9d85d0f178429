// Statsig's specifications: boolean flags are gates, others dynamic configurations. Conditions are kept apart from
// rules and shared. A split is one rule for each variant, by the user's bucket of 1,000.

const FIELDS = { version: "appVersion" };
const OPERATORS = {
  is: "any",
  in: "any",
  above: "gt",
  below: "lt",
  starts_with: "str_starts_with_any",
  ends_with: "str_ends_with_any",
  contains: "str_contains_any",
  semver_at_least: "version_gte",
};
const SINGLES = new Set(["above", "below", "semver_at_least"]);
const common = { field: null, additionalValues: {}, idType: "userID" };
const everyone = { ...common, type: "public", targetValue: null, operator: null };

function condition({ attribute, operator, value }) {
  const targetValue = SINGLES.has(operator) || Array.isArray(value) ? value : [value];
  const type = attribute === "userId" ? "unit_id" : "user_field";
  const field = attribute === "userId" ? null : (FIELDS[attribute] ?? attribute);
  return { ...common, type, targetValue, operator: OPERATORS[operator], field };
}

/** The rules of one of ours: `[conditions, percentage, variant]` each. */
function expanded(key, { if: conditions, serve }) {
  const all = conditions?.map(condition) ?? [everyone];
  if (typeof serve === "string") return [[all, 100, serve]];
  if (serve.percent !== undefined) return [[all, serve.percent, "on"]];
  let edge = 0;
  return Object.entries(serve.split).map(([name, share]) => {
    edge += share * 10;
    const bucket = { type: "user_bucket", operator: "lt", targetValue: edge, additionalValues: { salt: key } };
    return [[...(conditions?.map(condition) ?? []), { ...common, ...bucket }], 100, name];
  });
}

export function statsig(flags) {
  const numbers = new Map();
  const number = (one) => {
    const text = JSON.stringify(one);
    if (!numbers.has(text)) numbers.set(text, String(1_000_000 + numbers.size));
    return numbers.get(text);
  };
  const spec = ({ key, variants, otherwise, rules }) => {
    const boolean = "on" in variants;
    const value = (name) => (boolean ? name === "on" : { value: variants[name] });
    const lines = rules.flatMap((rule) => expanded(key, rule));
    return {
      type: boolean ? "feature_gate" : "dynamic_config",
      entity: boolean ? "feature_gate" : "dynamic_config",
      salt: key,
      enabled: true,
      defaultValue: value(otherwise),
      rules: lines.map(([conditions, passPercentage, name], index) => ({
        name: `${key}_${index}`,
        id: `${key}_${index}`,
        salt: `${key}_${index}`,
        passPercentage,
        conditions: conditions.map(number),
        returnValue: value(name),
        idType: "userID",
      })),
      idType: "userID",
      version: 1,
    };
  };
  const specs = flags.map((one) => [one.key, spec(one)]);
  const ofType = (type) => Object.fromEntries(specs.filter(([, one]) => one.type === type));
  return {
    feature_gates: ofType("feature_gate"),
    dynamic_configs: ofType("dynamic_config"),
    layer_configs: {},
    condition_map: Object.fromEntries([...numbers].map(([text, name]) => [name, JSON.parse(text)])),
    experiment_to_layer: {},
    has_updates: true,
    time: 1_760_000_000_000,
    company_id: "bench",
    response_format: "dcs-v2",
  };
}
