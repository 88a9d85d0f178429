/** `cutover/openfeature/web` in Node: for the tests of pages, and where pages are rendered. */

import { Engine } from "../node.js";
import type { Given } from "./held.js";
import type { ProviderOptions } from "./options.js";
import { WebProvider } from "./web-provider.js";

export { TrackedCounts } from "./web-provider.js";
export type { Arms, Followed, Given, ProviderOptions, Tracked } from "./web-provider.js";

/** What {@link CutoverWebProvider} is in a browser, with the engine of Node. */
export class CutoverWebProvider extends WebProvider {
  /** @param given is an engine, a text, or what follows rulesets. */
  constructor(given: Given, options: ProviderOptions = {}) {
    super(given, Engine.fromString, options);
  }
}
