/** Where the native addon is found. */

import type { Addon } from "./native-backend.js";
import { targets } from "./target.js";

/** The addon for this machine, in this package or in one of its own; null where there is none of this version. */
export function addon(): Addon | null {
  const { version } = require("../../package.json") as { version: string };
  const places = targets().flatMap((target) => [`../native/cutover.${target}.node`, `cutover-${target}`]);
  for (const place of places) {
    try {
      const found = require(place) as Addon;
      if (found.version() === version) return found;
    } catch {
      // No such file, or not for this machine: the next place, and at last WebAssembly, which decides the same.
    }
  }
  return null;
}
