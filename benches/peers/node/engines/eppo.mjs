// Eppo's client, as its server and browser SDKs use it; filled by hand, as their `init` asks a server.
import { versions } from "../versions.mjs";

// Its logger looks for this while it is loaded.
process.env.LOG_LEVEL ??= "silent";
const { EppoClient, MemoryOnlyConfigurationStore } = await import("@eppo/js-client-sdk-common");

export const packages = versions("@eppo/js-client-sdk-common");
export const how =
  "EppoClient + MemoryOnlyConfigurationStore, doLog: false; getBooleanAssignment / getStringAssignment";

export async function open(text) {
  const { flags, format, environment, createdAt } = JSON.parse(text);
  const store = new MemoryOnlyConfigurationStore();
  await store.setEntries(flags);
  store.setFormat(format);
  store.setEnvironment(environment);
  store.setConfigPublishedAt(createdAt);
  store.setConfigFetchedAt(createdAt);
  const client = new EppoClient({ flagConfigurationStore: store });
  client.setIsGracefulFailureMode(false);
  return {
    context: ({ userId, email, country, age, tier, version }) => ({
      key: userId,
      attributes: { email, country, age, "tenant.tier": tier, version },
    }),
    isOn: (flag, { key, attributes }) => client.getBooleanAssignment(flag, key, attributes, false),
    variant: (flag, { key, attributes }) => client.getStringAssignment(flag, key, attributes, "none"),
  };
}
