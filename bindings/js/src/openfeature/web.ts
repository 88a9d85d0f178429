/** `cutover/openfeature/web` in browsers. */

import type { Given } from "./held.js";
import type { ProviderOptions } from "./options.js";
import { WebProvider } from "./web-provider.js";

export { TrackedCounts } from "./web-provider.js";
export type { Arms, Followed, Given, ProviderOptions, Tracked } from "./web-provider.js";

/**
 * Decides the flags of OpenFeature's web SDK by an engine, or the text of a ruleset. The context is that of the page: another
 * one decides from the next question on. A text is read by the engine of `cutover`, which is loaded when it is needed; give an
 * engine of `cutover/full` where a ruleset is YAML or has time zones.
 *
 * @example
 * import { OpenFeature } from "@openfeature/web-sdk";
 * const rules = [{ if: { attribute: "plan", is: "pro" }, serve: "on" }];
 * await OpenFeature.setProviderAndWait("docs", new CutoverWebProvider(JSON.stringify({ cutover: 1, flags: { beta: { rules } } })));
 * await OpenFeature.setContext("docs", { plan: "pro" });
 * OpenFeature.getClient("docs").getBooleanValue("beta", false); // true
 */
export class CutoverWebProvider extends WebProvider {
  /** @param given is an engine, a text, or what follows rulesets. */
  constructor(given: Given, options: ProviderOptions = {}) {
    super(given, async (text) => (await import("../browser.js")).Engine.fromString(text), options);
  }
}
