/** The provider for `@openfeature/web-sdk`. */

import { OpenFeatureEventEmitter, ProviderFatalError } from "@openfeature/web-sdk";
import type { EvaluationContext, JsonValue, Provider, ResolutionDetails, TrackingEventDetails } from "@openfeature/web-sdk";
import { Held, tellsBy } from "./held.js";
import type { Given, Loads } from "./held.js";
import { answered, opened, tracked } from "./options.js";
import type { ProviderOptions } from "./options.js";
import type { Asked } from "./resolved.js";

/** What the emitter of the SDK takes. */
type Event = Parameters<OpenFeatureEventEmitter["emit"]>;

/** Decides the flags of OpenFeature's web SDK. How a text is loaded is the business of who has an engine. */
export abstract class WebProvider implements Provider {
  readonly metadata = { name: "cutover" } as const;
  readonly runsOn = "client";
  readonly events = new OpenFeatureEventEmitter();
  readonly #held: Held;
  readonly #options: ProviderOptions;

  constructor(given: Given, loads: Loads, options: ProviderOptions) {
    this.#options = options;
    const emit = (event: string, context: object) => this.events.emit(event as Event[0], context as Event[1]);
    this.#held = new Held(given, loads, tellsBy(emit));
  }

  /** Called by the SDK. */
  async initialize(): Promise<void> {
    await opened(this.#held, this.#options, ProviderFatalError);
  }

  /** Called by the SDK. Another context decides from the next question on: a promise makes it tell of that. */
  async onContextChange(): Promise<void> {
    this.#held.settled();
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

  resolveBooleanEvaluation(flag: string, otherwise: boolean, context: EvaluationContext): ResolutionDetails<boolean> {
    return this.#answer("boolean", flag, otherwise, context);
  }

  resolveStringEvaluation(flag: string, otherwise: string, context: EvaluationContext): ResolutionDetails<string> {
    return this.#answer("string", flag, otherwise, context);
  }

  resolveNumberEvaluation(flag: string, otherwise: number, context: EvaluationContext): ResolutionDetails<number> {
    return this.#answer("number", flag, otherwise, context);
  }

  resolveObjectEvaluation<T extends JsonValue>(flag: string, otherwise: T, context: EvaluationContext): ResolutionDetails<T> {
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

export { TrackedCounts } from "./counts.js";
export type { Arms, Tracked } from "./counts.js";
export type { Followed, Given } from "./held.js";
export type { ProviderOptions } from "./options.js";
