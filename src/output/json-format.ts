import { ByteBuilder } from './byte-builder.js'
import { type Chunk, type ChunkFormat, type ChunkTarget, chunkBytes } from './chunk.js'
import { decimalsOf, type SplitSeconds, splitDifference } from './time-text.js'

const HEX = '0123456789ABCDEF'
/** Longest escape of one byte: `\u00XX`. */
const MAX_ESCAPE_BYTES = 6

const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  8: 'b',
  9: 't',
  10: 'n',
  12: 'f',
  13: 'r',
  34: '"',
  92: '\\',
}

/** The two hex digits of byte `b` are at `2b`. */
const HEX_DIGITS = new Uint8Array(512)
/** How a byte is written. 0: as it is; 1: as `\u00XX`; otherwise: the character after the backslash. */
const ESCAPES = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  HEX_DIGITS[2 * byte] = HEX.charCodeAt(byte >> 4)
  HEX_DIGITS[2 * byte + 1] = HEX.charCodeAt(byte & 15)
  ESCAPES[byte] = SHORT_ESCAPES[byte]?.charCodeAt(0) ?? (byte < 0x20 || byte > 0x7e ? 1 : 0)
}

const BACKSLASH = 92
const ZERO_ESCAPED = new TextEncoder().encode('\\u0000')
const ZERO_HEX = new TextEncoder().encode('00')

/** Appends `bytes[from, to)` as the inside of a JSON string: each byte is a character U+0000..U+00FF. */
export function putEscaped(out: ByteBuilder, bytes: Uint8Array, from: number, to: number): void {
  out.reserve((to - from) * MAX_ESCAPE_BYTES)
  const target = out.bytes
  let at = out.length
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    const escaped = ESCAPES[byte]!
    if (escaped === 0) {
      target[at] = byte
      at += 1
    } else if (escaped > 1) {
      target[at] = BACKSLASH
      target[at + 1] = escaped
      at += 2
    } else {
      target[at] = BACKSLASH
      target[at + 1] = 117 // u
      target[at + 2] = 48
      target[at + 3] = 48
      target[at + 4] = HEX_DIGITS[2 * byte]!
      target[at + 5] = HEX_DIGITS[2 * byte + 1]!
      at += 6
    }
  }
  out.length = at
}

/** Appends `bytes[from, to)` as hex digits in upper case. */
export function putHex(out: ByteBuilder, bytes: Uint8Array, from: number, to: number): void {
  out.reserve((to - from) * 2)
  const target = out.bytes
  let at = out.length
  for (let i = from; i < to; i++) {
    const digits = 2 * bytes[i]!
    target[at] = HEX_DIGITS[digits]!
    target[at + 1] = HEX_DIGITS[digits + 1]!
    at += 2
  }
  out.length = at
}

/** Formats each chunk as one line of JSON (`-j`). All values are strings. */
export class JsonFormat implements ChunkFormat {
  readonly #line = new ByteBuilder()
  readonly #split: SplitSeconds = { isNegative: false, whole: 0, fraction: 0 }

  write(target: ChunkTarget, chunk: Chunk): void {
    const line = this.#line
    const { markerBytes, marker, zeros, bytes, from, to } = chunk
    line.clear()
    if (chunk.name === '') {
      line.putText('{"side":"')
    } else {
      line.putText('{"connection":"')
      line.putText(chunk.name)
      line.putText('","side":"')
    }
    line.putInteger(chunk.side)
    line.putText('","time":{"abs":"')
    this.#putSeconds(chunk.tsSec, chunk.tsNsec, 0, 0, chunk.isNanosecond)
    line.putText('","conn":"')
    this.#putSeconds(chunk.tsSec, chunk.tsNsec, chunk.firstSec, chunk.firstNsec, chunk.isNanosecond)
    line.putText('"},"size":"')
    line.putInteger(chunkBytes(chunk))
    line.putText('","data":"')
    line.putBytes(marker, 0, markerBytes)
    if (zeros > 0) this.#repeat(target, ZERO_ESCAPED, zeros)
    putEscaped(line, bytes, from, to)
    line.putText('","data_hex":"')
    putHex(line, marker, 0, markerBytes)
    if (zeros > 0) this.#repeat(target, ZERO_HEX, zeros)
    putHex(line, bytes, from, to)
    line.putText('"}\r\n')
    target.append(line.bytes, 0, line.length)
  }

  #repeat(target: ChunkTarget, pattern: Uint8Array, count: number): void {
    target.append(this.#line.bytes, 0, this.#line.length)
    target.repeat(pattern, count)
    this.#line.clear()
  }

  #putSeconds(sec: number, nsec: number, minusSec: number, minusNsec: number, isNanosecond: boolean): void {
    const split = this.#split
    splitDifference(sec, nsec, minusSec, minusNsec, isNanosecond, split)
    if (split.isNegative) this.#line.putText('-')
    this.#line.putInteger(split.whole)
    this.#line.putText('.')
    this.#line.putInteger(split.fraction, decimalsOf(isNanosecond))
  }
}
