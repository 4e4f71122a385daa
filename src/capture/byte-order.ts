import { u16be, u16le, u32be, u32le } from '../bytes/endian.js'

// Reads in the byte order of the machine that wrote the capture. The caller has checked the length.

/** Unsigned 16-bit integer at `bytes[at]`. */
export function u16(bytes: Uint8Array, at: number, isLittleEndian: boolean): number {
  return isLittleEndian ? u16le(bytes, at) : u16be(bytes, at)
}

/** Unsigned 32-bit integer at `bytes[at]`. */
export function u32(bytes: Uint8Array, at: number, isLittleEndian: boolean): number {
  return isLittleEndian ? u32le(bytes, at) : u32be(bytes, at)
}

/** Unsigned 64-bit integer at `bytes[at]`; above 2^53 the nearest number that a double can hold. */
export function u64(bytes: Uint8Array, at: number, isLittleEndian: boolean): number {
  const low = u32(bytes, isLittleEndian ? at : at + 4, isLittleEndian)
  const high = u32(bytes, isLittleEndian ? at + 4 : at, isLittleEndian)
  return high * 0x1_0000_0000 + low
}
