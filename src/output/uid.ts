import { createHash } from 'node:crypto'
import { grown, grownRows } from '../bytes/grown.js'
import type { ConnectionTable } from '../flow/connection-table.js'
import { TUPLE_WORDS, writeTuple } from './endpoint-words.js'
import { murmurHash } from './murmur-hash.js'
import { Ordinals } from './ordinals.js'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const BASE = DIGITS.length
/** Digits that one word gives: 62^5 < 2^32. */
const DIGITS_PER_WORD = 5
const UID_DIGITS = 17
/** Two digits at once, the lower one first. */
const PAIRS = Array.from({ length: BASE * BASE }, (_, i) => DIGITS[i % BASE]! + DIGITS[Math.floor(i / BASE)]!)
const TWO_32 = 2 ** 32

// The words that are hashed: 5-tuple, time (3 words), ordinal (2), and the capture (4) at the end.
const ORDINAL = TUPLE_WORDS + 3
const CAPTURE = 16
const CAPTURE_WORDS = 4

/** Characters of a uid. */
export const UID_LENGTH = UID_DIGITS + 1

/**
 * Makes uids of connections in Zeek's form: `C` and 17 characters of base 62, about 101 bits. A uid is a hash of the 5-tuple
 * (the same for both directions), the time of the first packet, the connection's number among those with the same 5-tuple and
 * time, and with `--per-file` the capture. So it depends neither on the number of workers nor on what is read before.
 */
export class UidMaker {
  // Invariant: #ordinals[c] is the number of connection c among those with the same 5-tuple and time.
  readonly #table: ConnectionTable
  readonly #taken: Ordinals
  readonly #words = new Uint32Array(20)
  readonly #hash = new Uint32Array(4)
  #ordinals = new Float64Array(256)
  /** The latest connection that was asked for, and its uid: several outputs ask for it. */
  #latest = -1
  #latestUid = ''

  /** @param rememberedPackets See `Limits.rememberedPackets`. */
  constructor(table: ConnectionTable, rememberedPackets: number) {
    this.#table = table
    this.#taken = new Ordinals(rememberedPackets)
  }

  /** Number of connections whose uid was made with the number of their first packet. */
  get limitHits(): number {
    return this.#taken.hits
  }

  /** @param name Distinguishes the capture from others of the run; null: it is the only one. */
  startCapture(name: string | null, packetsBefore: number): void {
    this.#latest = -1
    this.#taken.startCapture(packetsBefore)
    this.#words.fill(0, CAPTURE)
    if (name === null) return
    const digest = createHash('sha256').update(name).digest()
    for (let i = 0; i < CAPTURE_WORDS; i++) this.#words[CAPTURE + i] = digest.readUInt32LE(4 * i)
  }

  /** See `Ordinals.sweep()`. */
  sweep(sec: number, packets: number): void {
    this.#taken.sweep(sec, packets)
  }

  /** Begins a connection. Must be called before `uid()`, and in the order of first packets. */
  opened(connection: number): void {
    if (connection === this.#latest) this.#latest = -1
    if (connection >= this.#ordinals.length) {
      this.#ordinals = grown(this.#ordinals, grownRows(this.#ordinals.length, connection + 1))
    }
    this.#writeKey(connection)
    const { firstSec, firstNumber } = this.#table
    const ordinal = this.#taken.next(this.#words, ORDINAL, firstSec[connection]!, firstNumber[connection]!)
    this.#ordinals[connection] = ordinal
  }

  uid(connection: number): string {
    if (connection === this.#latest) return this.#latestUid
    this.#writeKey(connection)
    const ordinal = this.#ordinals[connection]!
    this.#words[ORDINAL] = ordinal
    this.#words[ORDINAL + 1] = ordinal / TWO_32
    this.#latest = connection
    this.#latestUid = this.#text()
    return this.#latestUid
  }

  #writeKey(connection: number): void {
    const words = this.#words
    const sec = this.#table.firstSec[connection]!
    writeTuple(this.#table, connection, words)
    words[TUPLE_WORDS] = sec
    words[TUPLE_WORDS + 1] = sec / TWO_32
    words[TUPLE_WORDS + 2] = this.#table.firstNsec[connection]!
  }

  #text(): string {
    const hash = this.#hash
    murmurHash(this.#words, hash)
    let text = 'C'
    for (let i = 0; i < 3; i++) text += digits(hash[i]!, DIGITS_PER_WORD)
    return text + digits(hash[3]!, UID_DIGITS - 3 * DIGITS_PER_WORD)
  }
}

function digits(word: number, count: number): string {
  let text = ''
  let rest = word
  let left = count
  for (; left >= 2; left -= 2) {
    text += PAIRS[rest % PAIRS.length]
    rest = Math.floor(rest / PAIRS.length)
  }
  return left === 0 ? text : text + DIGITS[rest % BASE]
}
