// LaunchDarkly's server SDK with flags from a file. Its questions are asynchronous, so each call is awaited.
import * as ld from "@launchdarkly/node-server-sdk";
import { FileDataSourceFactory } from "@launchdarkly/node-server-sdk/integrations";
import { versions } from "../versions.mjs";

export const packages = versions("@launchdarkly/node-server-sdk");
export const how =
  "FileDataSource, sendEvents: false; await client.boolVariation / stringVariation (none is synchronous)";

export async function open(text, file) {
  const logger = ld.basicLogger({ level: "none" });
  const factory = new FileDataSourceFactory({ paths: [file], logger });
  const client = ld.init("sdk-bench", {
    updateProcessor: factory.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger,
  });
  await client.waitForInitialization({ timeout: 30 });
  return {
    asynchronous: true,
    context: ({ userId, email, country, age, tier, version }) => ({
      kind: "user",
      key: userId,
      email,
      country,
      age,
      tenant: { tier },
      version,
    }),
    isOn: (flag, context) => client.boolVariation(flag, context, false),
    variant: (flag, context) => client.stringVariation(flag, context, "none"),
    close: () => client.close(),
  };
}
