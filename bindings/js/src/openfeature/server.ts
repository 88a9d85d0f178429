/** `cutover/openfeature/server`: the provider for `@openfeature/server-sdk`. */

import { OpenFeatureEventEmitter, ProviderFatalError } from "@openfeature/server-sdk";
import type {
  EvaluationContext,
  JsonValue,
  Provider,
  ResolutionDetails,
  TrackingEventDetails,
} from "@openfeature/server-sdk";
import { Engine } from "../node.js";
import { Held, tellsBy } from "./held.js";
import type { Given } from "./held.js";
import { answered, opened, tracked } from "./options.js";
import type { ProviderOptions } from "./options.js";
import type { Asked } from "./resolved.js";

/** What the emitter of the SDK takes. */
type Event = Parameters<OpenFeatureEventEmitter["emit"]>;

export { TrackedCounts } from "./counts.js";
export type { Arms, Tracked } from "./counts.js";
export type { Followed, Given } from "./held.js";
export type { ProviderOptions } from "./options.js";

/**
 * Decides the flags of OpenFeature's server SDK by an engine, a source of rulesets, or the text of one. Nothing is asked over
 * the network: a decision is made in the process.
 *
 * A text that is refused makes the provider FATAL. A source makes it READY with its first ruleset, STALE once nothing was heard
 * for too long, and tells of each change which flags may decide otherwise. It is closed by whoever made it.
 *
 * @example
 * import { OpenFeature } from "@openfeature/server-sdk";
 * const provider = new CutoverProvider("cutover: 1\nflags: { beta: { rules: [{ serve: { rollout: 100% } }] } }");
 * await OpenFeature.setProviderAndWait("docs", provider);
 * const flags = OpenFeature.getClient("docs");
 * await flags.getBooleanValue("beta", false, { targetingKey: "ada" }); // true
 * (await flags.getStringDetails("beta", "?", { targetingKey: "ada" })).errorCode; // "TYPE_MISMATCH"
 */
export class CutoverProvider implements Provider {
  readonly metadata = { name: "cutover" } as const;
  readonly runsOn = "server";
  readonly events = new OpenFeatureEventEmitter();
  readonly #held: Held;
  readonly #options: ProviderOptions;

  /** @param given is an engine, a source of rulesets, or a text. */
  constructor(given: Given, options: ProviderOptions = {}) {
    this.#options = options;
    const emit = (event: string, context: object) => this.events.emit(event as Event[0], context as Event[1]);
    this.#held = new Held(given, Engine.fromString, tellsBy(emit));
  }

  /** Called by the SDK. */
  async initialize(): Promise<void> {
    await opened(this.#held, this.#options, ProviderFatalError);
  }

  /** Called by the SDK. A source that was given goes on. */
  async onClose(): Promise<void> {
    this.#held.close();
  }

  /**
   * Decides by another text from now on, and tells which flags may decide otherwise.
   *
   * @throws CutoverError where it is refused; then what decides stays. Error where the provider follows a source.
   */
  apply(text: string): void {
    this.#held.apply(text);
  }

  async resolveBooleanEvaluation(flag: string, otherwise: boolean, context: EvaluationContext): Promise<ResolutionDetails<boolean>> {
    return this.#answer("boolean", flag, otherwise, context);
  }

  async resolveStringEvaluation(flag: string, otherwise: string, context: EvaluationContext): Promise<ResolutionDetails<string>> {
    return this.#answer("string", flag, otherwise, context);
  }

  async resolveNumberEvaluation(flag: string, otherwise: number, context: EvaluationContext): Promise<ResolutionDetails<number>> {
    return this.#answer("number", flag, otherwise, context);
  }

  async resolveObjectEvaluation<T extends JsonValue>(
    flag: string,
    otherwise: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#answer("object", flag, otherwise, context);
  }

  #answer<T>(asked: Asked, flag: string, otherwise: T, context: EvaluationContext): ResolutionDetails<T> {
    return answered(this.#held, this.#options, asked, flag, otherwise, context) as ResolutionDetails<T>;
  }

  /** Called by the SDK: counts the event, and tells it to who is to be told. */
  track(name: string, context: EvaluationContext, details: TrackingEventDetails): void {
    tracked(this.#held, this.#options, name, context, details);
  }
}
