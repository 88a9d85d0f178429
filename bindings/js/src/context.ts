/** Contexts: what is known of a request, prepared for many decisions. */

import { Area, heap } from "./area.js";
import { FAULT } from "./backend.js";
import type { Flag } from "./decisions.js";
import { packAll } from "./pack.js";
import type { Place, Ring } from "./ring.js";

/** How many flags a context remembers the outcomes of; a power of two. Another flag of the same place drives one out. */
const REMEMBERED = 16;

/** So many decisions are made from values as they are: to pack all of them pays where there are more. */
const FEW = 2;

/** Where nothing is remembered: a number of no flag, and the outcome beside it, so many times. */
const NOTHING: readonly number[] = Array.from({ length: 2 * REMEMBERED }, (_, index) => (index % 2) - 1);

/** What is prepared: the values of all attributes, and the same packed once that is needed. */
export class Prepared implements Place {
  readonly digest: string;
  readonly #values: readonly unknown[];
  #area: Area | null = null;
  /** How many decisions can still be made from the values. */
  #few = FEW;
  ring: Ring | null = null;
  since = 0;
  at = 0;
  /** The numbers of flags that were asked for here, and beside each its outcome: made when there are any. */
  #remembered: number[] | null = null;

  /** @param values of the attributes, in the order of their numbers. */
  constructor(digest: string, values: readonly unknown[]) {
    this.digest = digest;
    this.#values = values;
    // What can change is packed as it is now: to make memory for that takes longer than all the rest.
    if (values.some(changes)) this.#pack();
  }

  /** The values of all attributes, for one decision; null where it is better made from what is packed. */
  values(): readonly unknown[] | null {
    if (this.#few === 0) return null;
    this.#few -= 1;
    return this.#values;
  }

  /** The packed attributes, in memory of their own. */
  get area(): Area {
    return this.#area ?? this.#pack();
  }

  /** The packed attributes, which may lie in `scratch`. */
  packed(scratch: Area): Area {
    if (this.#area !== null) return this.#area;
    packAll(scratch, this.#values);
    return scratch;
  }

  #pack(): Area {
    const area = new Area(heap);
    packAll(area, this.#values);
    this.#few = 0;
    return (this.#area = area);
  }

  /** The outcome of a flag that was asked for before, by any engine of this digest; undefined where it is not known. */
  outcome(flag: Flag): number | undefined {
    const remembered = this.#remembered;
    if (remembered === null) return undefined;
    const at = 2 * (flag.index & (REMEMBERED - 1));
    return remembered[at] === flag.index ? remembered[at + 1] : undefined;
  }

  /**
   * Remembers the outcome of a flag that does not depend on the time: what is prepared does not change, so neither does
   * that. A failure of the engine, or of memory, may be over the next time.
   */
  remember(flag: Flag, outcome: number): void {
    const packed = outcome >>> 0;
    if (packed === FAULT || packed === flag.unusable) return;
    const remembered = (this.#remembered ??= NOTHING.slice());
    const at = 2 * (flag.index & (REMEMBERED - 1));
    remembered[at] = flag.index;
    remembered[at + 1] = outcome;
  }
}

/** Whether a value may be another one later. */
function changes(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/**
 * What is known of a request, prepared for one ruleset: each attribute that it reads, looked up once. It remembers what it
 * was asked.
 *
 * Made by {@link Engine.context}. It keeps the values of the moment that it was made at; with an engine of another
 * digest, decisions have the error `INVALID_CONTEXT`.
 */
export class Context {
  readonly #prepared: Prepared;

  /** @internal */
  constructor(prepared: Prepared) {
    this.#prepared = prepared;
  }

  /**
   * What a context holds; undefined where the object is no context. A test by private name runs no code of a proxy, and
   * cannot be fooled.
   *
   * @internal
   */
  static prepared(object: object): Prepared | undefined {
    return #prepared in object ? object.#prepared : undefined;
  }
}
