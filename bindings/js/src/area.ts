/**
 * Memory in which attributes lie packed: slots of sixteen bytes, then an arena with texts and list items. The layout is
 * that of `packed.rs` in the engine.
 */

/** The size of a slot. */
export const SLOT_BYTES = 16;

/** The most that the attributes of one decision may take. A value that does not fit reads as one of no known type. */
export const MAX_AREA_BYTES = 2 ** 30;

/** An area that a large value has made larger than this is made small again, so that one request costs no other. */
export const KEPT_BYTES = 2 ** 20;

/** The least that an area in memory of JavaScript is made for: most contexts take no more. */
const SMALLEST_BYTES = 512;

/** What a slot holds. */
export const Tag = { missing: 0, false: 1, true: 2, int: 3, float: 4, text: 5, list: 6, other: 7 } as const;

/** Where the bytes of an area come from. */
export interface Store {
  /**
   * Makes room for `bytes`, keeping what is there, and sets the area's views, at a multiple of {@link WORD_BYTES}. False
   * where there is no such room.
   */
  grow(area: Area, bytes: number): boolean;
  /** Makes the area as small as `bytes`, and sets its views. */
  shrink(area: Area, bytes: number): void;
  /** Sets the area's views again, where the memory below them has moved. */
  refresh(area: Area): void;
}

// The layout is little-endian, as WebAssembly is, and it is written in words of the machine.
if (new Uint8Array(new Uint32Array([1]).buffer)[0] !== 1) {
  throw new Error("cutover: machines that are big-endian are not supported");
}

/** An area begins where its words may begin. */
export const WORD_BYTES = 8;

export class Area {
  bytes = new Uint8Array(0);
  /** The same memory in words of four bytes. */
  ints = new Int32Array(0);
  /** The same memory in words of eight bytes. */
  floats = new Float64Array(0);
  /** Where the arena goes on. */
  end = 0;
  /** How often something was packed here: reading an attribute can run code that decides something in between. */
  packings = 0;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Sets the views. */
  see(buffer: ArrayBuffer, offset: number, length: number): void {
    this.bytes = new Uint8Array(buffer, offset, length);
    this.ints = new Int32Array(buffer, offset, Math.floor(length / 4));
    this.floats = new Float64Array(buffer, offset, Math.floor(length / WORD_BYTES));
  }

  /** Begins anew, with room for `slots`. The slots hold whatever they held. */
  begin(slots: number): void {
    this.packings += 1;
    this.settle();
    const bytes = slots * SLOT_BYTES;
    if (bytes <= KEPT_BYTES) this.trim();
    if (bytes > this.bytes.length) this.#store.grow(this, bytes);
    this.end = bytes;
  }

  /** Gives back what a large value has taken. */
  trim(): void {
    if (this.bytes.length > KEPT_BYTES) this.#store.shrink(this, KEPT_BYTES);
  }

  /** Makes sure that the views are on living memory: that of WebAssembly moves when it grows. */
  settle(): void {
    if (this.bytes.length === 0) this.#store.refresh(this);
  }

  /** The offset of `bytes` more; -1 where there is no such room. */
  reserve(bytes: number): number {
    const at = this.end;
    const end = at + bytes;
    if (end > this.bytes.length && !this.#store.grow(this, end)) return -1;
    this.end = end;
    return at;
  }

  /** The offset of `count` slots more; -1 where there is no such room. */
  reserveSlots(count: number): number {
    this.end = Math.ceil(this.end / SLOT_BYTES) * SLOT_BYTES;
    return this.reserve(count * SLOT_BYTES);
  }
}

/** Areas in memory of JavaScript. */
export const heap: Store = {
  grow(area, bytes) {
    if (bytes > MAX_AREA_BYTES) return false;
    const { bytes: old } = area;
    try {
      const size = Math.min(Math.max(bytes, old.length * 2, SMALLEST_BYTES), MAX_AREA_BYTES);
      area.see(new ArrayBuffer(size), 0, size);
    } catch {
      return false; // There is no such memory.
    }
    area.bytes.set(old);
    return true;
  },
  shrink(area, bytes) {
    area.see(new ArrayBuffer(bytes), 0, bytes);
  },
  refresh() {
    // Memory of JavaScript stays where it is.
  },
};
