import { crc32 } from 'node:zlib'
import { WholeFile } from '../../whole-file.js'
import {
  BLOCK_BYTES,
  BLOCK_ENTRIES,
  CHECKPOINT_BYTES,
  COMPANY_ROW_BYTES,
  compareBytes,
  DIRECTORY_ROW_BYTES,
  MAP_HEADER_BYTES,
  MAP_MAGIC,
  MAP_VERSION,
  PACKED_UID_BYTES,
} from './map-format.js'

const WRITE_BYTES = 256 * 1024
/** So few bytes are copied faster one by one. */
const SHORT_BYTES = 256
/** Rows of the directory in one part of it. */
const ROWS_PER_PART = 4096

/** What stands in a map's header. */
export interface MapFacts {
  readonly connections: number
  readonly blocks: number
  readonly companies: number
}

/** Writes packets.map: entries in blocks, in the order of their uids, then the directory and the companies. */
export class MapWriter {
  // Invariants: #block[0, #used) are not written yet; the entry under way has the uid #uid, if #hasEntry.
  readonly #file: WholeFile
  readonly #buffer = Buffer.allocUnsafe(WRITE_BYTES)
  #used = 0
  #length = 0
  readonly #uid = Buffer.alloc(PACKED_UID_BYTES)
  #hasEntry = false
  #connections = 0
  #blockFrom = MAP_HEADER_BYTES
  #blockEntries = 0
  #blockCrc = 0
  /** The CRC of the block does not have the bytes of the buffer from here on. */
  #crcFrom = 0
  readonly #directory: Buffer[] = []
  #blocks = 0
  #companies = 0
  #checkpoints = 0
  #crc = 0

  /** @throws the system's errors. */
  constructor(path: string) {
    this.#file = new WholeFile(path)
    this.#put(Buffer.alloc(MAP_HEADER_BYTES), 0, MAP_HEADER_BYTES)
    this.#crcFrom = this.#used
  }

  /** A piece of the entry of the uid at `bytes[at]` follows. Entries come in their order. */
  begin(bytes: Buffer, at: number): void {
    if (this.#hasEntry && compareBytes(this.#uid, 0, bytes, at, PACKED_UID_BYTES) === 0) return
    const isFull = this.#blockEntries === BLOCK_ENTRIES || this.#length - this.#blockFrom >= BLOCK_BYTES
    if (this.#hasEntry && isFull) this.#endBlock()
    bytes.copy(this.#uid, 0, at, at + PACKED_UID_BYTES)
    this.#hasEntry = true
    if (this.#blockEntries === 0) this.#addRow()
    this.#blockEntries += 1
    this.#connections += 1
    this.entry(this.#uid, 0, PACKED_UID_BYTES)
  }

  entry(bytes: Buffer, from: number, to: number): void {
    this.#put(bytes, from, to)
  }

  /** All entries are written: the directory is next. */
  endEntries(): void {
    if (this.#hasEntry) this.#endBlock()
    for (const [i, part] of this.#directory.entries()) {
      const rows = Math.min(ROWS_PER_PART, this.#blocks - i * ROWS_PER_PART)
      this.#crc = crc32(part.subarray(0, rows * DIRECTORY_ROW_BYTES), this.#crc)
      this.#put(part, 0, rows * DIRECTORY_ROW_BYTES)
    }
  }

  /** A row of a company. They come in their order. */
  company(bytes: Buffer, at: number): void {
    this.#companies += 1
    this.#crc = crc32(bytes.subarray(at, at + COMPANY_ROW_BYTES), this.#crc)
    this.#put(bytes, at, at + COMPANY_ROW_BYTES)
  }

  /** Checkpoints of an input, see `CountedInput`. They come behind the companies, in the order of inputs. */
  checkpoints(input: number, checkpoints: readonly number[]): void {
    const row = Buffer.alloc(CHECKPOINT_BYTES)
    row.writeUInt32LE(input)
    for (let i = 0; i < checkpoints.length; i += 2) {
      row.writeUIntLE(checkpoints[i]!, 4, 6)
      row.writeUIntLE(checkpoints[i + 1]!, 10, 6)
      this.#crc = crc32(row, this.#crc)
      this.#put(row, 0, CHECKPOINT_BYTES)
      this.#checkpoints += 1
    }
  }

  /** Gives the complete file its name. @throws the system's errors. */
  publish(): MapFacts {
    this.#flush()
    const facts = { connections: this.#connections, blocks: this.#blocks, companies: this.#companies }
    const header = Buffer.alloc(MAP_HEADER_BYTES)
    MAP_MAGIC.copy(header)
    header.writeUInt32LE(MAP_VERSION, 8)
    header.writeBigUInt64LE(BigInt(facts.connections), 16)
    header.writeBigUInt64LE(BigInt(this.#blockFrom), 24) // where the directory begins
    header.writeBigUInt64LE(BigInt(facts.blocks), 32)
    header.writeBigUInt64LE(BigInt(facts.companies), 40)
    header.writeUInt32LE(this.#crc, 48)
    header.writeBigUInt64LE(BigInt(this.#checkpoints), 52)
    header.writeUInt32LE(crc32(header), 12) // of the header with 0 in its place
    this.#file.rewriteStart(header)
    this.#file.publish()
    return facts
  }

  abandon(): void {
    this.#file.abandon()
  }

  #addRow(): void {
    const row = this.#blocks % ROWS_PER_PART
    if (row === 0) this.#directory.push(Buffer.alloc(ROWS_PER_PART * DIRECTORY_ROW_BYTES))
    const part = this.#directory.at(-1)!
    this.#uid.copy(part, row * DIRECTORY_ROW_BYTES)
    part.writeUIntLE(this.#blockFrom, row * DIRECTORY_ROW_BYTES + PACKED_UID_BYTES, 6)
    this.#blocks += 1
  }

  #endBlock(): void {
    this.#takeCrc()
    const row = (this.#blocks - 1) % ROWS_PER_PART
    this.#directory.at(-1)!.writeUInt32LE(this.#blockCrc, row * DIRECTORY_ROW_BYTES + PACKED_UID_BYTES + 6)
    this.#blockFrom = this.#length
    this.#blockEntries = 0
    this.#blockCrc = 0
  }

  #takeCrc(): void {
    this.#blockCrc = crc32(this.#buffer.subarray(this.#crcFrom, this.#used), this.#blockCrc)
    this.#crcFrom = this.#used
  }

  #put(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const take = Math.min(to - at, WRITE_BYTES - this.#used)
      if (take > SHORT_BYTES) bytes.copy(this.#buffer, this.#used, at, at + take)
      else for (let i = 0; i < take; i++) this.#buffer[this.#used + i] = bytes[at + i]!
      this.#used += take
      at += take
      if (this.#used === WRITE_BYTES) this.#flush()
    }
    this.#length += to - from
  }

  #flush(): void {
    this.#takeCrc()
    this.#crcFrom = 0
    this.#file.append(this.#buffer.subarray(0, this.#used))
    this.#used = 0
  }
}
