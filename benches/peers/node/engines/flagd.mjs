// The evaluator of flagd, which its in-process providers use; without the OpenFeature SDK around it.
import { FlagdCore } from "@openfeature/flagd-core";
import { versions } from "../versions.mjs";

export const packages = versions("@openfeature/flagd-core");
export const how = "FlagdCore.resolveBooleanEvaluation / resolveStringEvaluation; targeting compiled at load, silent";

const silent = { error() {}, warn() {}, info() {}, debug() {} };

export function open(text) {
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(text);
  return {
    context: ({ userId, email, country, age, tier, version }) => ({
      targetingKey: userId,
      userId,
      email,
      country,
      age,
      tenant: { tier },
      version,
    }),
    isOn: (flag, context) => core.resolveBooleanEvaluation(flag, false, context, silent).value,
    variant: (flag, context) => core.resolveStringEvaluation(flag, "none", context, silent).value,
  };
}
