// A capture has the byte order of the machine that wrote it. DataView reads both orders, and V8 always inlines its
// reads. Functions of our own would use up the inlining budget of a reader's loop.

/** A DataView over the same bytes, with the same offsets. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Unsigned 64-bit integer at `at`, rounded to the nearest double above 2^53. */
export function u64(view: DataView, at: number, isLittleEndian: boolean): number {
  return high32(view, at, isLittleEndian) * 0x1_0000_0000 + low32(view, at, isLittleEndian)
}

/** Signed 64-bit integer at `at`, rounded to the nearest double beyond ±2^53. */
export function i64(view: DataView, at: number, isLittleEndian: boolean): number {
  return (high32(view, at, isLittleEndian) | 0) * 0x1_0000_0000 + low32(view, at, isLittleEndian)
}

function high32(view: DataView, at: number, isLittleEndian: boolean): number {
  return view.getUint32(isLittleEndian ? at + 4 : at, isLittleEndian)
}

function low32(view: DataView, at: number, isLittleEndian: boolean): number {
  return view.getUint32(isLittleEndian ? at : at + 4, isLittleEndian)
}
