import { closeSync, fstatSync, openSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { failureReason, InputError } from '../errors.js'
import {
  CHECKPOINT_BYTES,
  COMPANY_ROW_BYTES,
  compareBytes,
  DIRECTORY_ROW_BYTES,
  KEY_BYTES,
  MAP_HEADER_BYTES,
  MAP_MAGIC,
  MAP_VERSION,
  PACKED_UID_BYTES,
  packUid,
  unpackUid,
} from '../output/map/map-format.js'
import { readFully } from '../read-fully.js'
import { systemPath } from '../system-path.js'
import { type Entry, readEntry } from './map-entry.js'

const READ_BYTES = 256 * 1024
/** A block is read as a whole: a longer one is that of a single connection of some 500 million packets. */
const MOST_BLOCK_BYTES = 2 ** 30

/** packets.map of an archive: where the packets of each connection stand. Nothing in it is believed before it is checked. */
export class MapFile {
  // Invariant: the directory has #blocks rows from #directoryFrom on; #companies rows of companies and #checkpoints are behind it.
  readonly path: string
  readonly #descriptor: number
  connections = 0
  #directoryFrom = 0
  #blocks = 0
  #companies = 0
  #checkpoints = 0

  /** @throws InputError where it cannot be read, or is damaged. */
  constructor(path: string) {
    this.path = path
    try {
      this.#descriptor = openSync(systemPath(path), 'r')
    } catch (cause) {
      throw new InputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause })
    }
    try {
      this.#readHeader()
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  /** The entry of a connection; null: there is none. @throws InputError */
  find(uid: string): Entry | null {
    const packed = new Uint8Array(PACKED_UID_BYTES)
    if (!packUid(uid, packed, 0)) return null
    const block =
      this.#upper(this.#directoryFrom, this.#blocks, DIRECTORY_ROW_BYTES, packed, PACKED_UID_BYTES) - 1
    if (block < 0) return null
    for (const entry of this.#entriesOf(block)) {
      const order = compareBytes(entry.packed, 0, packed, 0, PACKED_UID_BYTES)
      if (order === 0) return entry
      if (order > 0) return null
    }
    return null
  }

  /** All entries, in the order of their uids. @throws InputError */
  *entries(): Generator<Entry> {
    for (let block = 0; block < this.#blocks; block++) yield* this.#entriesOf(block)
  }

  /** Uids of the connections that were on the same 5-tuple as others at once, by its key. @throws InputError */
  companyOf(key: Uint8Array): string[] {
    const from = this.#directoryFrom + this.#blocks * DIRECTORY_ROW_BYTES
    const next = this.#upper(from, this.#companies, COMPANY_ROW_BYTES, key, KEY_BYTES)
    const uids: string[] = []
    for (let row = next - 1; row >= 0; row--) {
      const bytes = this.#read(from + row * COMPANY_ROW_BYTES, COMPANY_ROW_BYTES)
      if (compareBytes(bytes, 0, key, 0, KEY_BYTES) !== 0) break
      uids.push(unpackUid(bytes, KEY_BYTES))
    }
    return uids.reverse()
  }

  /** Where some records of an input stand, and their numbers, in turn and in ascending order. @throws InputError */
  checkpointsOf(input: number): number[] {
    const checkpoints: number[] = []
    const rows = READ_BYTES / CHECKPOINT_BYTES
    for (let row = 0; row < this.#checkpoints; row += rows) {
      const count = Math.min(rows, this.#checkpoints - row)
      const bytes = this.#read(this.#checkpointsFrom + row * CHECKPOINT_BYTES, count * CHECKPOINT_BYTES)
      for (let at = 0; at < bytes.length; at += CHECKPOINT_BYTES) {
        if (bytes.readUInt32LE(at) !== input) continue
        const position = bytes.readUIntLE(at + 4, 6)
        if (position <= (checkpoints.at(-2) ?? 0))
          throw this.#damage('checkpoints are not in order', this.#checkpointsFrom)
        checkpoints.push(position, bytes.readUIntLE(at + 10, 6))
      }
    }
    return checkpoints
  }

  get #checkpointsFrom(): number {
    return this.#directoryFrom + this.#blocks * DIRECTORY_ROW_BYTES + this.#companies * COMPANY_ROW_BYTES
  }

  *#entriesOf(block: number): Generator<Entry> {
    const row = this.#row(block)
    const to = block + 1 < this.#blocks ? this.#row(block + 1).from : this.#directoryFrom
    if (row.from < MAP_HEADER_BYTES || to <= row.from || to - row.from > MOST_BLOCK_BYTES)
      throw this.#damage('a block has no possible place', this.#directoryFrom + block * DIRECTORY_ROW_BYTES)
    const bytes = this.#read(row.from, to - row.from)
    if (crc32(bytes) !== row.crc) throw this.#damage('a checksum does not fit', row.from)
    for (let at = 0; at < bytes.length; ) {
      const entry = readEntry(bytes, at)
      if (typeof entry === 'string') throw this.#damage(entry, row.from + at)
      yield entry
      at = entry.to
    }
  }

  #row(block: number): { from: number; crc: number } {
    const row = this.#read(this.#directoryFrom + block * DIRECTORY_ROW_BYTES, DIRECTORY_ROW_BYTES)
    return { from: row.readUIntLE(PACKED_UID_BYTES, 6), crc: row.readUInt32LE(PACKED_UID_BYTES + 6) }
  }

  // Number of the first of `rows` sorted rows that is behind the key.
  #upper(from: number, rows: number, rowBytes: number, key: Uint8Array, keyBytes: number): number {
    let low = 0
    let high = rows
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const row = this.#read(from + middle * rowBytes, keyBytes)
      if (compareBytes(row, 0, key, 0, keyBytes) > 0) high = middle
      else low = middle + 1
    }
    return low
  }

  #readHeader(): void {
    const bytes = fstatSync(this.#descriptor).size
    if (bytes < MAP_HEADER_BYTES) throw this.#damage('it is shorter than its header', 0)
    const header = this.#read(0, MAP_HEADER_BYTES)
    if (!header.subarray(0, MAP_MAGIC.length).equals(MAP_MAGIC))
      throw this.#damage('it is no map of packets', 0)
    const version = header.readUInt32LE(8)
    if (version !== MAP_VERSION)
      throw this.#damage(`its version must be ${MAP_VERSION}: found ${version} (index the captures again)`, 8)
    const crc = header.readUInt32LE(12)
    header.writeUInt32LE(0, 12)
    if (crc32(header) !== crc) throw this.#damage('a checksum does not fit', 12)
    this.connections = Number(header.readBigUInt64LE(16))
    this.#directoryFrom = Number(header.readBigUInt64LE(24))
    this.#blocks = Number(header.readBigUInt64LE(32))
    this.#companies = Number(header.readBigUInt64LE(40))
    this.#checkpoints = Number(header.readBigUInt64LE(52))
    const end = this.#checkpointsFrom + this.#checkpoints * CHECKPOINT_BYTES
    if (this.#directoryFrom < MAP_HEADER_BYTES || end !== bytes)
      throw this.#damage(`it must have ${end} bytes: found ${bytes}`, Math.min(end, bytes))
    this.#checkRows(header.readUInt32LE(48), bytes)
  }

  #checkRows(crc: number, bytes: number): void {
    let found = 0
    for (let at = this.#directoryFrom; at < bytes; at += READ_BYTES)
      found = crc32(this.#read(at, Math.min(READ_BYTES, bytes - at)), found)
    if (found !== crc) throw this.#damage('a checksum does not fit', this.#directoryFrom)
  }

  #read(from: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    let filled: number
    try {
      filled = readFully(this.#descriptor, bytes, from)
    } catch (cause) {
      throw new InputError(`Cannot read "${this.path}": ${failureReason(cause)}`, this.path, { cause })
    }
    if (filled < length) throw this.#damage('it ends too early', from + filled)
    return bytes
  }

  #damage(problem: string, offset: number): InputError {
    return new InputError(`Cannot use "${this.path}" at byte ${offset}: ${problem}`, this.path)
  }
}
