/** Which prepared contexts lie where the engine reads them. */

import { Area, heap } from "./area.js";

/** How many bytes of contexts are kept: `kept.rs` for WebAssembly, `handed.rs` in the addon. */
export const RING_BYTES = 2 ** 20;

/** A context larger than this is handed over at each decision, so that it drives no others out. */
const LARGEST_BYTES = 2 ** 14;

const ALIGNMENT = 16;

/** What a context remembers of its place. */
export interface Place {
  /** The packed attributes, in memory of JavaScript: that of the context, or else `scratch`. */
  packed(scratch: Area): Area;
  /** The ring that it was put in last. */
  ring: Ring | null;
  /** How much was ever put in that ring before it. */
  since: number;
  /** Where it lies there. */
  at: number;
}

/**
 * Memory that contexts are put in one after the other, around and around, so that the newest overwrites the oldest.
 * What was put is there still as long as less than the whole memory was put since.
 */
export class Ring {
  #head = 0;
  readonly #scratch = new Area(heap);
  readonly #put: (at: number, bytes: Uint8Array) => boolean;

  constructor(put: (at: number, bytes: Uint8Array) => boolean) {
    this.#put = put;
  }

  /** Where a context lies, which is put there if it has to be; -1 where it is too large. */
  place(place: Place): number {
    if (place.ring === this && this.#head - place.since <= RING_BYTES) return place.at;
    return this.#place(place);
  }

  #place(place: Place): number {
    const area = place.packed(this.#scratch);
    const size = Math.ceil(area.end / ALIGNMENT) * ALIGNMENT;
    if (size > LARGEST_BYTES) return -1;
    let since = this.#head;
    let at = since % RING_BYTES;
    if (at + size > RING_BYTES) {
      since += RING_BYTES - at;
      at = 0;
    }
    if (!this.#put(at, area.bytes.subarray(0, area.end))) return -1;
    this.#head = since + size;
    place.ring = this;
    place.since = since;
    place.at = at;
    return at;
  }
}
