/** What a provider decides by: an engine, a text, or a source of rulesets. */

import type { Engine } from "../api/engine.js";
import { changedFlags } from "./resolved.js";

/** A source of rulesets, such as a `Source` of `cutover/source`. */
export interface Followed {
  readonly engine: Engine;
  /** The version that runs; null before the first. */
  readonly epoch: number | null;
  /** Whether what runs may be out of date. */
  readonly stale: boolean;
  ready(timeoutMs?: number): Promise<void>;
  on(name: "ready" | "changed" | "stale" | "fresh" | "error", listener: (event: any) => unknown): () => void;
}

/** What a provider takes. */
export type Given = Engine | Followed | string;

/** What a provider tells its SDK. */
export interface Tells {
  ready(): void;
  stale(message: string): void;
  error(message: string): void;
  /** @param flags that may decide otherwise; undefined where it may be any. */
  changed(flags: readonly string[] | undefined, metadata: Record<string, string | number>): void;
}

/** Tells an SDK, by the names that its events have. */
export function tellsBy(emit: (event: string, context: object) => void): Tells {
  return {
    ready: () => emit("PROVIDER_READY", {}),
    stale: (message) => emit("PROVIDER_STALE", { message }),
    error: (message) => emit("PROVIDER_ERROR", { message }),
    changed: (flags, metadata) => emit("PROVIDER_CONFIGURATION_CHANGED", { metadata, ...(flags && { flagsChanged: [...flags] }) }),
  };
}

/** How an engine is made of a text. */
export type Loads = (text: string) => Engine | Promise<Engine>;

function isFollowed(given: Engine | Followed): given is Followed {
  return "ready" in given;
}

export class Held {
  readonly #loads: Loads;
  readonly #tells: Tells;
  readonly #source: Followed | null;
  #text: string | null;
  #engine: Engine | null;
  #offs: (() => void)[] = [];
  /** Whether the SDK has heard that there is something to decide by, or is not. */
  #opened = false;

  constructor(given: Given, loads: Loads, tells: Tells) {
    this.#loads = loads;
    this.#tells = tells;
    this.#text = typeof given === "string" ? given : null;
    this.#source = typeof given !== "string" && isFollowed(given) ? given : null;
    this.#engine = typeof given === "string" || isFollowed(given) ? null : given;
  }

  /**
   * The engine of the moment.
   *
   * @throws where there is none yet.
   */
  get engine(): Engine {
    const engine = this.#source === null ? this.#engine : this.#source.engine;
    if (engine === null) throw new Error("the provider is not initialized: wait for setProviderAndWait()");
    return engine;
  }

  /** The version of what decides, where somebody counts them. */
  get version(): number | null {
    return this.#source?.epoch ?? null;
  }

  /**
   * Fulfilled once there is something to decide by.
   *
   * @throws CutoverError where the text is refused, SourceError where a source has no ruleset in time.
   */
  async open(readyMs: number): Promise<void> {
    try {
      if (this.#text !== null) this.#engine ??= await this.#loads(this.#text);
      if (this.#source !== null) await this.#follow(this.#source, readyMs);
    } finally {
      this.#opened = true;
    }
  }

  async #follow(source: Followed, readyMs: number): Promise<void> {
    this.#listen(source);
    // Where there is something to fall back on, nobody has to wait: what is decided says that it may be out of date.
    if (!hasEngine(source)) await source.ready(readyMs);
    this.settled();
  }

  /**
   * The SDK says that the provider is ready once what it waits for is done: what is stale already is said behind that.
   *
   * @throws where there is nothing to decide by.
   */
  settled(): void {
    void this.engine;
    if (this.#source?.stale === true) setTimeout(() => this.#isStale(), 0);
  }

  #listen(source: Followed): void {
    const tells = this.#tells;
    this.#offs = [
      source.on("ready", () => {
        if (this.#opened) tells.ready();
      }),
      source.on("fresh", () => tells.ready()),
      source.on("stale", () => this.#isStale()),
      // A source that has a ruleset goes on with it, and is stale after a while.
      source.on("error", ({ message }: Error) => {
        if (!hasEngine(source)) tells.error(message);
      }),
      source.on("changed", ({ epoch, digest, flags }: { epoch: number; digest: string; flags: readonly string[] }) => {
        tells.changed(flags, { version: epoch, digest });
      }),
    ];
  }

  #isStale(): void {
    if (this.#source?.stale === true && this.#offs.length > 0) this.#tells.stale("nothing was heard of the ruleset for too long");
  }

  /**
   * Decides by another ruleset from now on.
   *
   * @throws CutoverError where it is refused; then what decides stays. Error where the provider follows a source.
   */
  apply(text: string): void {
    if (this.#source !== null) throw new Error("a provider that follows a source gets its rulesets from there");
    const [engine, from] = [this.engine.apply(text), this.#text];
    [this.#engine, this.#text] = [engine, text];
    this.#tells.changed(from === null ? undefined : changedFlags(engine, from, text), { digest: engine.digest });
  }

  /** Listens no more. A source goes on, for others may have it too. */
  close(): void {
    for (const off of this.#offs) off();
    this.#offs = [];
  }
}

function hasEngine(source: Followed): boolean {
  try {
    return Boolean(source.engine);
  } catch {
    return false;
  }
}
