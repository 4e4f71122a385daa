// Reads of integers from bytes. The caller has checked the length.

/** Unsigned 16-bit big-endian integer at `bytes[at]`. */
export function u16be(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

/** Unsigned 16-bit little-endian integer at `bytes[at]`. */
export function u16le(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8)
}

/** Unsigned 32-bit big-endian integer at `bytes[at]`. */
export function u32be(bytes: Uint8Array, at: number): number {
  return i32be(bytes, at) >>> 0
}

/** Signed 32-bit big-endian integer at `bytes[at]`. Signed, because V8 boxes a field with a uint32 above 2^31. */
export function i32be(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** Unsigned 32-bit little-endian integer at `bytes[at]`. */
export function u32le(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
