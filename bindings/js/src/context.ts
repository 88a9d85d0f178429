/** Contexts: what is known of a request, prepared for many decisions. */

import type { Area } from "./area.js";
import type { Place, Ring } from "./ring.js";

/** What is prepared. */
export class Prepared implements Place {
  readonly digest: string;
  readonly area: Area;
  ring: Ring | null = null;
  since = 0;
  at = 0;

  constructor(digest: string, area: Area) {
    this.digest = digest;
    this.area = area;
  }
}

/**
 * What is known of a request, prepared for one ruleset: each attribute that it reads, looked up and packed once.
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
