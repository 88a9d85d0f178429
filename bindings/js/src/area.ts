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
  /** Makes room for `bytes`, keeping what is there, and sets the area's views. False where there is no such room. */
  grow(area: Area, bytes: number): boolean;
  /** Makes the area as small as `bytes`, and sets its views. */
  shrink(area: Area, bytes: number): void;
  /** Sets the area's views again, where the memory below them has moved. */
  refresh(area: Area): void;
}

export class Area {
  bytes = new Uint8Array(0);
  view = new DataView(this.bytes.buffer);
  /** Where the arena goes on. */
  end = 0;
  /** How often something was packed here: reading an attribute can run code that decides something in between. */
  packings = 0;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Sets both views. */
  see(buffer: ArrayBuffer, offset: number, length: number): void {
    this.bytes = new Uint8Array(buffer, offset, length);
    this.view = new DataView(buffer, offset, length);
  }

  /** Begins anew, with room for `slots`. The slots hold whatever they held. */
  begin(slots: number): void {
    this.packings += 1;
    this.settle();
    const bytes = slots * SLOT_BYTES;
    if (this.bytes.length > KEPT_BYTES && bytes <= KEPT_BYTES) this.#store.shrink(this, KEPT_BYTES);
    if (bytes > this.bytes.length) this.#store.grow(this, bytes);
    this.end = bytes;
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
