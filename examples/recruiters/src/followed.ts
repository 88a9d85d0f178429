/**
 * The engine as a control plane publishes it. Switches are turned there, for all servers that listen; a setting that this
 * process has in its environment is said with each decision, and holds here whatever is published.
 */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "cutover";
import type { EngineSource } from "cutover/migrate";
import { Source } from "cutover/source";
import { Decisions, MIGRATION, SWITCHES, TurnedElsewhere } from "./switchboard.js";
import type { Switches } from "./switchboard.js";

/** How long the first start waits for a ruleset; later ones begin with what the disk keeps. */
const READY_WITHIN_MS = 15_000;

export interface FollowedOptions {
  /** The address of the control plane. */
  readonly url: string;
  /** The environment whose rulesets are followed. */
  readonly env: string;
  /** A key of the role `server`. */
  readonly key: string;
  /** Where the last good ruleset is kept. */
  readonly folder: string;
  /** Is told of each change and of each failure, once. */
  readonly log: (line: string) => void;
}

export class Followed extends Decisions {
  readonly said: Readonly<Switches>;
  readonly #url: string;
  readonly #source: Source;
  readonly #kept: string;

  private constructor({ url, env, key, folder, log }: FollowedOptions, switches: Switches) {
    super();
    this.said = { ...switches };
    this.#url = url;
    mkdirSync(folder, { recursive: true });
    this.#kept = join(folder, "ruleset.cutover");
    this.#source = Source.http({ url, env, key, cache: this.#kept });
    this.#source.on("changed", ({ epoch, flags }) => log(`version ${epoch} is here; flags that changed: ${flags.join(", ") || "none"}`));
    this.#source.on("stale", () => log("nothing was heard for long: decisions are stale"));
    this.#source.on("fresh", () => log("the control plane is heard again"));
    this.#source.on("error", ({ code, message }) => log(`${code}: ${message}`));
  }

  /** Waits for the first ruleset. */
  static async start(options: FollowedOptions, switches: Switches = {}): Promise<Followed> {
    const followed = new Followed(options, switches);
    try {
      await followed.#source.ready(READY_WITHIN_MS);
    } catch (error) {
      await followed.close();
      throw error;
    }
    return followed;
  }

  get engine(): Engine {
    return this.#source.engine;
  }

  get source(): EngineSource {
    return this.#source;
  }

  /** What the disk keeps: a line about it, and then the bytes as they were published. */
  get ruleset(): string {
    const text = readFileSync(this.#kept, "utf8");
    return text.slice(text.indexOf("\n") + 1);
  }

  get switches(): Readonly<Switches> {
    return { ...turned(this.ruleset), ...this.said };
  }

  flip(): void {
    throw new TurnedElsewhere(`switches are turned at ${this.#url}: in \`migrations.${MIGRATION}.switches\` of the ruleset`);
  }

  replace(): void {
    throw new TurnedElsewhere(`rulesets are published at ${this.#url}`);
  }

  /** Tells the control plane that this process ends. */
  close(): Promise<void> {
    return this.#source.close();
  }
}

/** How a ruleset sets the switches where nobody says otherwise. */
function turned(ruleset: string): Switches {
  type Turned = { migrations?: Record<string, { switches?: Record<string, { name?: string; is?: boolean }> }> };
  const all = Object.values((JSON.parse(ruleset) as Turned).migrations?.[MIGRATION]?.switches ?? {});
  const known = all.filter(({ name }) => SWITCHES.some((own) => own === name));
  return Object.fromEntries(known.map(({ name, is = false }) => [name, is]));
}
