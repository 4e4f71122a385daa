import { grown, grownRows } from '../../bytes/grown.js'
import type { RecordPlace } from '../../capture/record-place.js'
import { PacketRole } from '../../flow/connection-sink.js'
import type { FlowPacket } from '../../flow/flow-packet.js'
import { PlaceReader } from '../../flow/packet-place.js'
import type { FileSlots } from '../files/file-slots.js'
import { RunFiles } from '../runs/run-files.js'
import { ByteChains, NO_BLOCK } from './byte-chains.js'
import {
  COMPANY_ROW_BYTES,
  Code,
  compareBytes,
  EntryFlag,
  KEY_BYTES,
  LEAST_STEP,
  LIMITS_SHIFT,
  PACKED_UID_BYTES,
  packUid,
} from './map-format.js'

const INITIAL_ROWS = 256
const MEMORY_BYTES = 16 * 1024 * 1024
/** Blocks that one event may need: a packet with all its fragments. */
const MOST_BLOCKS_AT_ONCE = 1024
/** Bytes of a record in a run: packed uid, length, then as many bytes of the entry. */
export const RUN_RECORD_BYTES = PACKED_UID_BYTES + 4
const ROLE_CODES = [0, Code.OUTSIDE, Code.COPY, Code.ERROR]
const TWO_32 = 2 ** 32
/** Low bits of a sorting key that are a row's number. */
const ROW_BITS = 2 ** 20

/** What a worker leaves: paths of sorted runs of entries' pieces, and of rows of companies. */
export interface MapRuns {
  readonly entries: readonly string[]
  readonly companies: readonly string[]
}

/**
 * The lists of packets of a worker's connections. What has been gathered is written as a sorted run when memory is full: a
 * piece of each connection's entry. Entries do not depend on where they were cut.
 */
export class PacketLists {
  // Invariants:
  // - the columns of connection c describe the piece of its entry that is in memory: #first[c] is NO_BLOCK when there is none.
  // - #input and #position are where its latest packet stands, #otherInput and #otherPosition the latest one in the input before.
  // - rows [0, #rows) of the `ended` columns are pieces of connections that are over.
  readonly #uidOf: (connection: number) => string
  readonly #chains: ByteChains
  readonly #entryRuns: RunFiles
  readonly #companyRuns: RunFiles
  readonly #place = new PlaceReader()
  readonly #uid = new Uint8Array(PACKED_UID_BYTES)
  #first = new Uint32Array(INITIAL_ROWS)
  #last = new Uint32Array(INITIAL_ROWS)
  #bytes = new Uint32Array(INITIAL_ROWS)
  #input = new Uint32Array(INITIAL_ROWS)
  #position = new Float64Array(INITIAL_ROWS)
  #otherInput = new Uint32Array(INITIAL_ROWS)
  #otherPosition = new Float64Array(INITIAL_ROWS)
  #isCut = new Uint8Array(INITIAL_ROWS)
  #rows = 0
  #uids = new Uint8Array(INITIAL_ROWS * PACKED_UID_BYTES)
  #endedFirst = new Uint32Array(INITIAL_ROWS)
  #endedBytes = new Uint32Array(INITIAL_ROWS)
  #companies: Uint8Array[] = []

  constructor(
    uidOf: (connection: number) => string,
    slots: FileSlots,
    folder: string,
    worker: number,
    memoryBytes = MEMORY_BYTES,
  ) {
    this.#uidOf = uidOf
    this.#chains = new ByteChains(memoryBytes)
    this.#entryRuns = new RunFiles(slots, folder, `map-${worker}`)
    this.#companyRuns = new RunFiles(slots, folder, `map-companies-${worker}`)
  }

  opened(connection: number): void {
    if (connection >= this.#first.length) this.#grow(connection)
    this.#first[connection] = NO_BLOCK
    this.#last[connection] = NO_BLOCK
    this.#bytes[connection] = 0
    this.#input[connection] = 0
    this.#position[connection] = 0
    this.#otherInput[connection] = 0
    this.#otherPosition[connection] = 0
    this.#isCut[connection] = 0
  }

  /** @throws OutputError */
  packet(connection: number, packet: FlowPacket, role: number): void {
    const place = this.#place
    place.read(packet)
    if (this.#chains.isFull(MOST_BLOCKS_AT_ONCE)) this.#flush()
    for (const fragment of place.fragments) {
      this.#put(connection, Code.FRAGMENT)
      this.#putRecord(connection, fragment)
    }
    if (place.isCut) this.#isCut[connection] = 1
    if (place.index > 0) {
      this.#put(connection, Code.INDEX)
      this.#put(connection, place.index)
    }
    if (role !== PacketRole.MEMBER) this.#put(connection, ROLE_CODES[role]!)
    this.#putRecord(connection, place)
  }

  /**
   * No packet follows.
   *
   * @param ordinal See `FileNames.ordinal()`.
   * @param limits  Bits of `CONNECTION_LIMITS`.
   * @param key     Eight bytes that stand for its 5-tuple, if other connections were on it at once; otherwise null.
   * @throws OutputError
   */
  finished(connection: number, ordinal: number, limits: number, key: Uint8Array | null): void {
    if (this.#chains.isFull(MOST_BLOCKS_AT_ONCE)) this.#flush()
    this.#put(connection, Code.END)
    this.#put(
      connection,
      (key === null ? 0 : EntryFlag.GROUPED) |
        (this.#isCut[connection] === 0 ? 0 : EntryFlag.CUT) |
        (limits << LIMITS_SHIFT),
    )
    this.#put(connection, ordinal)
    packUid(this.#uidOf(connection), this.#uid, 0)
    if (key !== null) {
      for (let i = 0; i < KEY_BYTES; i++) this.#putByte(connection, key[i]!)
      const row = new Uint8Array(COMPANY_ROW_BYTES)
      row.set(key)
      row.set(this.#uid, KEY_BYTES)
      this.#companies.push(row)
    }
    this.#end(connection)
  }

  /** Writes what is left. @throws OutputError */
  finish(): MapRuns {
    this.#flush()
    return { entries: this.#entryRuns.paths, companies: this.#companyRuns.paths }
  }

  #putRecord(connection: number, { input, position, lateSec, lateNsec }: RecordPlace): void {
    if (lateSec > 0 || lateNsec > 0) {
      this.#put(connection, Code.LATE)
      this.#put(connection, lateSec)
      this.#put(connection, lateNsec)
    }
    const step = position - this.#position[connection]!
    if (input !== this.#input[connection]) {
      this.#putInput(connection, input, position)
    } else if (step >= LEAST_STEP) {
      this.#put(connection, step)
    } else if (step === 0) {
      this.#put(connection, Code.SAME)
    } else {
      this.#put(connection, Code.AT)
      this.#put(connection, position)
    }
    this.#position[connection] = position
  }

  #putInput(connection: number, input: number, position: number): void {
    const step = position - this.#otherPosition[connection]!
    if (input === this.#otherInput[connection] && step >= 0) {
      this.#put(connection, Code.BACK)
      this.#put(connection, step)
    } else {
      this.#put(connection, Code.IN)
      this.#put(connection, input)
      this.#put(connection, position)
    }
    this.#otherInput[connection] = this.#input[connection]!
    this.#otherPosition[connection] = this.#position[connection]!
    this.#input[connection] = input
  }

  // Appends a number in groups of seven bits, the lowest first; all but the last have the highest bit set.
  #put(connection: number, value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.#putByte(connection, (rest % 0x80) | 0x80)
      rest = rest < TWO_32 ? rest >>> 7 : Math.floor(rest / 0x80)
    }
    this.#putByte(connection, rest)
  }

  #putByte(connection: number, byte: number): void {
    const length = this.#bytes[connection]!
    if (ByteChains.room(length) === 0) {
      const last = this.#chains.take(this.#last[connection]!)
      if (length === 0) this.#first[connection] = last
      this.#last[connection] = last
    }
    this.#chains.put(this.#last[connection]!, length, byte)
    this.#bytes[connection] = length + 1
  }

  // Moves a connection's piece, whose uid is in #uid, to those that are over.
  #end(connection: number): void {
    const row = this.#rows
    if (row === this.#endedFirst.length) {
      const rows = row * 4
      this.#endedFirst = grown(this.#endedFirst, rows)
      this.#endedBytes = grown(this.#endedBytes, rows)
      this.#uids = grown(this.#uids, rows * PACKED_UID_BYTES)
    }
    this.#rows = row + 1
    this.#endedFirst[row] = this.#first[connection]!
    this.#endedBytes[row] = this.#bytes[connection]!
    this.#uids.set(this.#uid, row * PACKED_UID_BYTES)
    this.#first[connection] = NO_BLOCK
    this.#last[connection] = NO_BLOCK
    this.#bytes[connection] = 0
  }

  #flush(): void {
    for (let connection = 0; connection < this.#first.length; connection++) {
      if (this.#first[connection] === NO_BLOCK) continue
      packUid(this.#uidOf(connection), this.#uid, 0)
      this.#end(connection)
    }
    if (this.#rows > 0) this.#entryRuns.write(() => this.#writeEntries())
    this.#rows = 0
    this.#chains.clear()
    if (this.#companies.length === 0) return
    this.#companies.sort((a, b) => compareBytes(a, 0, b, 0, COMPANY_ROW_BYTES))
    this.#companyRuns.write(() => {
      for (const row of this.#companies) this.#companyRuns.put(row, 0, COMPANY_ROW_BYTES)
    })
    this.#companies = []
  }

  #writeEntries(): void {
    const header = Buffer.alloc(RUN_RECORD_BYTES)
    const put = (bytes: Uint8Array, from: number, to: number) => this.#entryRuns.put(bytes, from, to)
    for (const row of this.#sortedRows()) {
      const bytes = this.#endedBytes[row]!
      for (let i = 0; i < PACKED_UID_BYTES; i++) header[i] = this.#uids[row * PACKED_UID_BYTES + i]!
      header.writeUInt32LE(bytes, PACKED_UID_BYTES)
      put(header, 0, RUN_RECORD_BYTES)
      this.#chains.read(this.#endedFirst[row]!, bytes, put)
    }
  }

  // By uid: by its first 32 bits as numbers, which no comparison is called for, then those that have the same.
  #sortedRows(): Float64Array {
    const uids = this.#uids
    const rows = this.#rows
    const keys = new Float64Array(rows)
    const wordOf = (at: number) =>
      (uids[at]! << 24) | (uids[at + 1]! << 16) | (uids[at + 2]! << 8) | uids[at + 3]!
    for (let row = 0; row < rows; row++) keys[row] = (wordOf(row * PACKED_UID_BYTES) >>> 0) * ROW_BITS + row
    keys.sort()
    for (let i = 0; i < rows; i++) keys[i] = keys[i]! % ROW_BITS
    for (let i = 1; i < rows; i++) {
      const row = keys[i]!
      let at = i
      while (at > 0 && this.#compareRows(keys[at - 1]!, row) > 0) {
        keys[at] = keys[at - 1]!
        at -= 1
      }
      keys[at] = row
    }
    return keys
  }

  #compareRows(a: number, b: number): number {
    return compareBytes(this.#uids, a * PACKED_UID_BYTES, this.#uids, b * PACKED_UID_BYTES, PACKED_UID_BYTES)
  }

  #grow(connection: number): void {
    const rows = grownRows(this.#first.length, connection + 1)
    this.#first = grown(this.#first, rows)
    this.#last = grown(this.#last, rows)
    this.#bytes = grown(this.#bytes, rows)
    this.#input = grown(this.#input, rows)
    this.#position = grown(this.#position, rows)
    this.#otherInput = grown(this.#otherInput, rows)
    this.#otherPosition = grown(this.#otherPosition, rows)
    this.#isCut = grown(this.#isCut, rows)
  }
}
