// Unleash's client for servers, from a bootstrap, without a server.
import { InMemStorageProvider, Unleash } from "unleash-client";
import { versions } from "../versions.mjs";

export const packages = versions("unleash-client");
export const how = "Unleash({ bootstrap, refreshInterval: 0, disableMetrics: true }); isEnabled / getVariant().name";

export async function open(text) {
  const { features } = JSON.parse(text);
  const client = new Unleash({
    appName: "bench",
    url: "http://127.0.0.1:9/",
    bootstrap: { data: features },
    refreshInterval: 0,
    disableMetrics: true,
    storageProvider: new InMemStorageProvider(),
    skipInstanceCountWarning: true,
    disableAutoStart: true,
  });
  client.on("error", () => {});
  const ready = new Promise((resolve) => client.once("ready", resolve));
  await client.start();
  await ready;
  return {
    context: ({ userId, email, country, age, tier, version }) => ({
      userId,
      properties: { email, country, age, "tenant.tier": tier, version },
    }),
    isOn: (flag, context) => client.isEnabled(flag, context),
    variant: (flag, context) => client.getVariant(flag, context).name,
    close: () => client.destroy(),
  };
}
