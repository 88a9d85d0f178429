// GrowthBook's client for servers: one client, many users, evaluated locally.
import { GrowthBookClient } from "@growthbook/growthbook";
import { versions } from "../versions.mjs";

export const packages = versions("@growthbook/growthbook");
export const how = "GrowthBookClient.initSync({ payload }); isOn / getFeatureValue with { attributes }, no callback";

export function open(text) {
  const client = new GrowthBookClient().initSync({ payload: { features: JSON.parse(text) } });
  return {
    context: ({ userId, email, country, age, tier, version }) => ({
      attributes: { userId, email, country, age, tenant: { tier }, version },
    }),
    isOn: (flag, context) => client.isOn(flag, context),
    variant: (flag, context) => client.getFeatureValue(flag, "none", context),
    close: () => client.destroy(),
  };
}
