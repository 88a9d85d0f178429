/** Where services are. */

import type { PathHandler, PathService } from "./options.js";

/** A service as the router has it. */
export type Located = URL | PathHandler | "next";

/**
 * Reads what `services` says of a service.
 *
 * @throws TypeError where it is no address of `http:` or `https:`, or one that has more than an origin and a path.
 */
export function locate(name: string, given: PathService): Located {
  if (given === "next" || typeof given === "function") return given;
  const url = new URL(given);
  const isPlain = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if ((url.protocol !== "http:" && url.protocol !== "https:") || !isPlain) {
    const wanted = "an address of `http:` or `https:` without user, query and fragment";
    throw new TypeError(`\`services.${name}\` is ${wanted}, a handler or "next"`);
  }
  return url;
}
