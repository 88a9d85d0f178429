/** Bytes, as callers give them. */

/** The bytes of a view. Those of another realm are bytes too, though of another class. */
export function viewOf(bytes: ArrayBufferView): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The bytes of a compiled program.
 *
 * @throws TypeError where they are none.
 */
export function bytesOf(bytes: Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(bytes)) throw new TypeError("a compiled program is bytes: a Uint8Array");
  return viewOf(bytes);
}
