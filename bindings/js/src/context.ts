/** Contexts: what is known of a request, prepared for many decisions. */

import type { Area } from "./area.js";

/**
 * What is known of a request, prepared for one ruleset: each attribute that it reads, looked up and packed once.
 *
 * Made by {@link Engine.context}. It keeps the values of the moment that it was made at; with an engine of another
 * digest, decisions have the error `INVALID_CONTEXT`.
 */
export class Context {
  readonly #area: Area;
  readonly #digest: string;

  /** @internal */
  constructor(digest: string, area: Area) {
    this.#digest = digest;
    this.#area = area;
  }

  /**
   * The packed attributes of a context; null where it was prepared for another ruleset, undefined where the object is
   * no context. A test by private name runs no code of a proxy, and cannot be fooled.
   *
   * @internal
   */
  static area(object: object, digest: string): Area | null | undefined {
    if (!(#area in object)) return undefined;
    return object.#digest === digest ? object.#area : null;
  }
}
