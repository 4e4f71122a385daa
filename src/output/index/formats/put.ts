import type { ByteBuilder } from '../../byte-builder.js'
import { ipv6Text } from '../../ip-text.js'
import { decimalsOf, secondsText } from '../../time-text.js'

const DOT = 0x2e
const NSEC_PER_USEC = 1000

/** Appends `bytes[from, to)`; for a few bytes faster than `putBytes()`. */
export function putShort(bytes: Uint8Array, from: number, to: number, out: ByteBuilder): void {
  out.reserve(to - from)
  const target = out.bytes
  let at = out.length
  for (let i = from; i < to; i++) target[at++] = bytes[i]!
  out.length = at
}

export function putByte(byte: number, out: ByteBuilder): void {
  out.reserve(1)
  out.bytes[out.length++] = byte
}

/** Appends any text. */
export function putUtf8(text: string, out: ByteBuilder): void {
  const bytes = Buffer.from(text)
  out.putBytes(bytes, 0, bytes.length)
}

/** Appends seconds, and nanoseconds that are added to them, as a decimal number with 6 or 9 decimals. */
export function putSeconds(sec: number, nsec: number, isNanosecond: boolean, out: ByteBuilder): void {
  if (sec < 0) {
    out.putText(secondsText(sec, nsec, isNanosecond))
    return
  }
  out.putInteger(sec)
  putByte(DOT, out)
  out.putInteger(isNanosecond ? nsec : Math.floor(nsec / NSEC_PER_USEC), decimalsOf(isNanosecond))
}

/** Appends the text of the address that begins at `words[at]`. */
export function putAddress(words: Uint32Array, at: number, isIpv6: boolean, out: ByteBuilder): void {
  const word = words[at]!
  if (isIpv6) {
    out.putText(ipv6Text(word, words[at + 1]!, words[at + 2]!, words[at + 3]!))
    return
  }
  out.putInteger(word >>> 24)
  putByte(DOT, out)
  out.putInteger((word >>> 16) & 0xff)
  putByte(DOT, out)
  out.putInteger((word >>> 8) & 0xff)
  putByte(DOT, out)
  out.putInteger(word & 0xff)
}
