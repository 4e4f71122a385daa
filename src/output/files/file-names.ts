import { join } from 'node:path'
import { grown, grownRows } from '../../bytes/grown.js'
import type { Config } from '../../config/config.js'
import { ConnectionFlag, type ConnectionTable } from '../../flow/connection-table.js'
import { protocolKeyword } from '../../wire/protocol-names.js'
import { TUPLE_WORDS, writeTuple } from '../endpoint-words.js'
import { addressText } from '../ip-text.js'
import { Ordinals } from '../ordinals.js'
import { NameClock } from '../time-text.js'

const TWO_32 = 2 ** 32

/** The options on which the names of connections depend. */
export type NameOptions = Pick<Config, 'utc'> & {
  readonly limits: Pick<Config['limits'], 'rememberedPackets'>
}

/**
 * Makes the names of connection files: `<time>-<PROTO>-<ip>.<port>-<ip>.<port>`, `~2` if that is taken, and an ending.
 * No two connections of a capture have the same name. Files of earlier runs do not matter.
 */
export class FileNames {
  // Invariant: #ordinals[c] is the ordinal of connection c among those with the same second and endpoints.
  readonly #table: ConnectionTable
  readonly #clock: NameClock
  readonly #taken: Ordinals
  readonly #words = new Uint32Array(TUPLE_WORDS + 2)
  #ordinals = new Float64Array(256)
  /** What stands before a name in a path. */
  #folder = ''

  constructor(table: ConnectionTable, options: NameOptions) {
    this.#table = table
    this.#clock = new NameClock(options.utc)
    this.#taken = new Ordinals(options.limits.rememberedPackets)
  }

  /** Connections whose name has the number of their first packet. */
  get limitHits(): number {
    return this.#taken.hits
  }

  /** Begins a capture after `packetsBefore` packets of the run. All files from now on are in `folder`. */
  startCapture(folder: string, packetsBefore: number): void {
    this.#folder = folder === '' ? '' : join(folder, '_').slice(0, -1)
    this.#taken.startCapture(packetsBefore)
  }

  /** See `Ordinals.sweep()`. */
  sweep(sec: number, packets: number): void {
    this.#taken.sweep(sec, packets)
  }

  /** Reserves a name for a connection that was just opened. */
  opened(connection: number): void {
    const { firstSec, firstNumber } = this.#table
    if (connection >= this.#ordinals.length) {
      this.#ordinals = grown(this.#ordinals, grownRows(this.#ordinals.length, connection + 1))
    }
    const words = this.#words
    const sec = firstSec[connection]!
    const shown = this.#clock.shownSecond(sec)
    writeTuple(this.#table, connection, words)
    words[TUPLE_WORDS] = shown
    words[TUPLE_WORDS + 1] = Math.floor(shown / TWO_32)
    const isRepeated = this.#clock.isRepeated(sec)
    this.#ordinals[connection] = this.#taken.next(
      words,
      words.length,
      sec,
      firstNumber[connection]!,
      isRepeated,
    )
  }

  /** Which of the connections with the same second and endpoints it is, from 1. */
  ordinal(connection: number): number {
    return this.#ordinals[connection]!
  }

  setOrdinal(connection: number, ordinal: number): void {
    this.#ordinals[connection] = ordinal
  }

  /** The name without an ending. With `side` 1 the endpoints are swapped. */
  baseName(connection: number, side: number): string {
    const ordinal = this.#ordinals[connection] ?? 1
    const suffix = ordinal > 1 ? `~${ordinal}` : ''
    return `${this.#prefix(connection)}${this.#endpoints(connection, side)}${suffix}`
  }

  /** Path of the connection's file with this suffix and ending. With `side` 1 the endpoints are swapped. */
  path(connection: number, suffix: string, side = 0): string {
    return `${this.#folder}${this.baseName(connection, side)}${suffix}`
  }

  #prefix(connection: number): string {
    const { firstSec, protocol } = this.#table
    return `${this.#clock.text(firstSec[connection] ?? 0)}-${protocolKeyword(protocol[connection] ?? 0)}-`
  }

  #endpoints(connection: number, side: number): string {
    return `${this.#endpoint(2 * connection + side)}-${this.#endpoint(2 * connection + (side ^ 1))}`
  }

  #endpoint(half: number): string {
    const { address, flags, port } = this.#table
    const isIpv6 = ((flags[half >> 1] ?? 0) & ConnectionFlag.IPV6) !== 0
    const text = addressText(address, 4 * half, isIpv6)
    return `${isIpv6 ? text.replaceAll(':', '_') : text}.${port[half] ?? 0}`
  }
}
