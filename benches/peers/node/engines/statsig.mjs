// Statsig's server core: Rust behind napi-rs, fed from a data store.
import { Statsig, StatsigUser } from "@statsig/statsig-node-core";
import { versions } from "../versions.mjs";

const quiet = { disableExposureLogging: true };

/** With `exposures`, calls are as users write them; without, each says that its exposure need not be logged. */
export function statsig({ exposures }) {
  return {
    packages: versions("@statsig/statsig-node-core"),
    how:
      "data store, disableNetwork, disableAllLogging; checkGate / getDynamicConfig().getValue, StatsigUser" +
      (exposures ? "" : ", each call with { disableExposureLogging: true }"),
    async open(text) {
      const client = new Statsig("secret-bench", {
        dataStore: {
          initialize: async () => {},
          shutdown: async () => {},
          get: async () => ({ result: text, time: 1_760_000_000_000 }),
          supportPollingUpdatesFor: async () => false,
        },
        disableNetwork: true,
        disableAllLogging: true,
        disableCountryLookup: true,
        outputLogLevel: "none",
      });
      await client.initialize();
      return {
        context: ({ userId, email, country, age, tier, version }) =>
          new StatsigUser({ userID: userId, email, country, appVersion: version, custom: { age, tier } }),
        isOn: exposures
          ? (flag, user) => client.checkGate(user, flag)
          : (flag, user) => client.checkGate(user, flag, quiet),
        variant: exposures
          ? (flag, user) => client.getDynamicConfig(user, flag).getValue("value", "none")
          : (flag, user) => client.getDynamicConfig(user, flag, quiet).getValue("value", "none"),
        close: () => client.shutdown(),
      };
    },
  };
}
