const ZERO = '0'.charCodeAt(0)

/** An IPv4 address that may be short: `10.1` has two bytes. */
export interface ShortAddress {
  /** uint32 with the given bytes in the low bits. */
  readonly value: number
  /** 8, 16, 24 or 32 */
  readonly bits: number
}

/** Parses the numbers between the dots. Null when one is not a number up to 255. */
export function parseShortAddress(text: string): ShortAddress | null {
  let value = 0
  let bits = 0
  for (const part of text.split('.')) {
    let byte = 0
    for (let i = 0; i < part.length; i++) {
      if (byte > 25) return null
      byte = byte * 10 + part.charCodeAt(i) - ZERO
    }
    if (byte > 255 || byte < 0) return null
    value = ((value << 8) | byte) >>> 0
    bits += 8
  }
  return { value, bits }
}

/** `value << bits` as uint32; 0 for 32 bits or more. */
export function shiftLeft(value: number, bits: number): number {
  return bits > 31 ? 0 : (value << bits) >>> 0
}

/** Parses a DECnet address `area.node`. Null when it is not one. */
export function parseDecnetAddress(text: string): number | null {
  const match = /^(\d+)\.(\d+)/.exec(text)
  return match === null ? null : ((Number(match[1]) << 10) & 0xfc00) | (Number(match[2]) & 0x03ff)
}

/** Parses a MAC address: bytes of one or two hexadecimal digits, with or without separators. */
export function parseMac(text: string): Uint8Array {
  const separated = /[:-]/.test(text) || text.split('.').length === 6
  const parts = separated ? text.split(/[:.-]/) : (text.replaceAll('.', '').match(/../g) ?? [])
  return Uint8Array.from(parts, (part) => Number.parseInt(part, 16))
}
