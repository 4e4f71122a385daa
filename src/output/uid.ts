import { ConnectionFlag, type ConnectionTable } from '../flow/connection-table.js'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const BASE = DIGITS.length
/** 62^5 < 2^32: so many digits one word gives. */
const DIGITS_PER_WORD = 5
const UID_DIGITS = 17
const TWO_32 = 2 ** 32
const ADDRESS_WORDS = 8

/** Characters of a uid. */
export const UID_LENGTH = UID_DIGITS + 1

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function finished(value: number): number {
  let h = value ^ (value >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/**
 * Names connections as Zeek does: `C` and 17 characters of base 62, about 101 bits. They are a hash of the
 * 5-tuple, the first packet's time and its number in the run, so the same capture gives the same names with any
 * number of workers.
 *
 * The hash is MurmurHash3_x86_128 (A. Appleby, public domain) over 32-bit words.
 */
export class UidMaker {
  readonly #words = new Uint32Array(16)

  uid(table: ConnectionTable, connection: number): string {
    const words = this.#words
    const sec = table.firstSec[connection] ?? 0
    const number = table.firstNumber[connection] ?? 0
    for (let i = 0; i < ADDRESS_WORDS; i++) words[i] = table.address[ADDRESS_WORDS * connection + i] ?? 0
    words[8] = ((table.port[2 * connection] ?? 0) << 16) | (table.port[2 * connection + 1] ?? 0)
    const version = (table.flags[connection] ?? 0) & ConnectionFlag.IPV6 ? 6 : 4
    words[9] = ((table.protocol[connection] ?? 0) << 8) | version
    words[10] = sec
    words[11] = Math.floor(sec / TWO_32)
    words[12] = table.firstNsec[connection] ?? 0
    words[13] = number
    words[14] = Math.floor(number / TWO_32)
    words[15] = 0
    return this.#text()
  }

  #text(): string {
    const words = this.#words
    let h1 = 0
    let h2 = 0
    let h3 = 0
    let h4 = 0
    for (let i = 0; i < words.length; i += 4) {
      h1 ^= Math.imul(rotated(Math.imul(words[i]!, 0x239b961b), 15), 0xab0e9789)
      h1 = (Math.imul(rotated(h1, 19) + h2, 5) + 0x561ccd1b) | 0
      h2 ^= Math.imul(rotated(Math.imul(words[i + 1]!, 0xab0e9789), 16), 0x38b34ae5)
      h2 = (Math.imul(rotated(h2, 17) + h3, 5) + 0x0bcaa747) | 0
      h3 ^= Math.imul(rotated(Math.imul(words[i + 2]!, 0x38b34ae5), 17), 0xa1e38b93)
      h3 = (Math.imul(rotated(h3, 15) + h4, 5) + 0x96cd1c35) | 0
      h4 ^= Math.imul(rotated(Math.imul(words[i + 3]!, 0xa1e38b93), 18), 0x239b961b)
      h4 = (Math.imul(rotated(h4, 13) + h1, 5) + 0x32ac3b17) | 0
    }
    const length = words.length * 4
    h1 ^= length
    h2 ^= length
    h3 ^= length
    h4 ^= length
    h1 = (h1 + h2 + h3 + h4) | 0
    h1 = finished(h1)
    h2 = finished((h2 + h1) | 0)
    h3 = finished((h3 + h1) | 0)
    h4 = finished((h4 + h1) | 0)
    h1 = (h1 + h2 + h3 + h4) | 0
    return `C${digits(h1, DIGITS_PER_WORD)}${digits(h2 + h1, DIGITS_PER_WORD)}${digits(h3 + h1, DIGITS_PER_WORD)}${digits(h4 + h1, UID_DIGITS - 3 * DIGITS_PER_WORD)}`
  }
}

function digits(word: number, count: number): string {
  let text = ''
  let rest = word >>> 0
  for (let i = 0; i < count; i++) {
    text += DIGITS[rest % BASE]
    rest = Math.floor(rest / BASE)
  }
  return text
}
