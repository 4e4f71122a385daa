import type { Delivery } from '../stream/delivery.js'
import type { HeldChunk } from '../stream/held-chunks.js'
import type { HeldStore } from '../stream/held-store.js'
import { Outside } from '../stream/outside.js'
import type { TsnStream } from '../stream/tsn-stream.js'
import type { ConnectionTable } from './connection-table.js'
import { HistoryLetter, noteRepetition } from './history.js'

/** Counts the chunks of SCTP whose TSN was seen before, and compares them with the first copy. */
export class RepeatedChunks {
  readonly #table: ConnectionTable
  readonly #delivery: Delivery
  readonly #store: HeldStore
  /** Chunks that came again for bytes too far back to be compared with. */
  conflictWindowHits = 0

  constructor(table: ConnectionTable, delivery: Delivery, store: HeldStore) {
    this.#table = table
    this.#delivery = delivery
    this.#store = store
  }

  /** Counts `bytes[from, to)` of a chunk whose TSN is before the stream's next one. */
  countPassed(
    half: number,
    stream: TsnStream,
    tsn: number,
    bytes: Uint8Array,
    from: number,
    to: number,
  ): void {
    const length = to - from
    const seen = stream.look(tsn)
    if (seen === 'gap' || seen === 'before') {
      const kind = seen === 'gap' ? Outside.LATE : Outside.BEFORE_START
      this.#delivery.countOutside(half, kind, length, Number.NaN)
      return
    }
    const { recent } = this.#delivery
    let compared = 0
    let conflicts = 0
    let same = length
    if (seen === 'known') {
      same = Math.min(length, stream.foundBytes)
      recent.comparison.seen(half, stream.foundOffset, same)
      recent.compare(half, stream.foundOffset, bytes, from, from + same)
      compared = recent.comparedBytes
      conflicts = recent.conflictBytes
    }
    if (compared < same && recent.isWanted) {
      this.conflictWindowHits += this.#table.limits.mark(half >> 1, 'conflict_window')
    }
    this.#count(half, same - conflicts, conflicts, length - same)
  }

  /** The same of a chunk of which an earlier copy, `first`, is held. */
  countHeld(half: number, first: HeldChunk, bytes: Uint8Array, from: number, to: number): void {
    const same = Math.min(to - from, first.bytes)
    const { comparison } = this.#delivery.recent
    const place = this.#store.locate(first.stored, 0, first.bytes)
    comparison.setFirst(first.number, first.tsSec, first.tsNsec)
    comparison.seen(half, Number.NaN, same)
    const conflicts = comparison.compare(half, Number.NaN, place.bytes, place.from, bytes, from, same)
    this.#count(half, same - conflicts, conflicts, to - from - same)
  }

  // `more`: the bytes that it has beyond the first copy, of which nobody knows where they belong.
  #count(half: number, repeated: number, conflicts: number, more: number): void {
    this.#delivery.countRetransmission(half, repeated, conflicts)
    this.#delivery.countOutside(half, Outside.UNCONFIRMED, more, Number.NaN)
    noteRepetition(this.#table, half, HistoryLetter.RETRANSMISSION, this.#table.retransmissions[half]!)
  }
}
