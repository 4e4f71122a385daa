import { readSync } from 'node:fs'
import type { CaptureHeaders } from '../capture/capture-reader.js'
import { RecordLengths } from '../capture/record-lengths.js'
import type { ByteSource, InputReadProblem } from './byte-source.js'
import { closeQuietly, openParts, readProblem } from './file-source.js'

/** Bytes that are read for one record, and where the next ones are near. */
const SMALL_BYTES = 4 * 1024
export const LARGE_BYTES = 256 * 1024

/** Reads the headers of a capture, and some of its records, as if the file had no others. */
export class SparseSource implements ByteSource {
  // Invariants: #buffer has the file's bytes [#bufferFrom, #bufferTo). The part under way is [#at, #to) of the file.
  readonly totalBytes: number
  readonly isDecompressed = false
  readonly #path: string
  readonly #positions: Float64Array
  readonly #ranges: readonly number[]
  readonly #lengths: RecordLengths
  #descriptor: number
  #buffer = Buffer.allocUnsafe(LARGE_BYTES)
  #bufferFrom = 0
  #bufferTo = 0
  #nextRange = 0
  #nextRecord = 0
  #at = 0
  #to = 0
  problem: InputReadProblem | null = null
  bytesRead = 0

  /**
   * @param positions Of records, in ascending order.
   * @throws InputError where it cannot be opened.
   */
  constructor(path: string, isPcapng: boolean, headers: CaptureHeaders, positions: Float64Array) {
    this.#path = path
    this.#positions = positions
    this.#ranges = headers.ranges
    this.#lengths = new RecordLengths(isPcapng, headers.layout)
    const { descriptor, totalBytes } = openParts(path)
    this.#descriptor = descriptor
    this.totalBytes = totalBytes
  }

  get isAtEnd(): boolean {
    return this.#descriptor < 0 || (this.#at === this.#to && !this.#hasPart)
  }

  async read(target: Uint8Array): Promise<number> {
    let filled = 0
    try {
      while (filled < target.length && !this.isAtEnd) {
        if (this.#at === this.#to && !this.#begin()) break
        this.#need(this.#at, 1)
        const from = this.#at - this.#bufferFrom
        const count = Math.min(target.length - filled, this.#to - this.#at, this.#bufferTo - this.#at)
        target.set(this.#buffer.subarray(from, from + count), filled)
        filled += count
        this.#at += count
      }
    } catch (error) {
      this.problem ??= readProblem(this.#at, error)
      await this.close()
    }
    this.bytesRead += filled
    return filled
  }

  async close(): Promise<void> {
    if (this.#descriptor >= 0) closeQuietly(this.#descriptor)
    this.#descriptor = -1
  }

  get #hasPart(): boolean {
    return this.#nextRange < this.#ranges.length || this.#nextRecord < this.#positions.length
  }

  // Begins the next part: a header or a record. Returns false where that cannot be what it must be.
  #begin(): boolean {
    const range = this.#ranges[this.#nextRange]
    const record = this.#positions[this.#nextRecord]
    if (range !== undefined && !(record! < range)) {
      this.#at = range
      this.#to = this.#ranges[this.#nextRange + 1]!
      this.#nextRange += 2
      const bytes = this.#to - this.#at
      if (bytes > LARGE_BYTES || this.#to > this.totalBytes) return this.#refuse(this.#at)
      this.#need(this.#at, bytes)
      const from = this.#at - this.#bufferFrom
      this.#lengths.readHeader(this.#view, from, from + bytes)
    } else if (record === undefined) {
      return false
    } else {
      this.#nextRecord += 1
      this.#at = record
      const { headerBytes } = this.#lengths
      const bytes = record + headerBytes > this.totalBytes ? -1 : this.#recordBytes(record, headerBytes)
      if (bytes < 0 || record + bytes > this.totalBytes) return this.#refuse(record)
      this.#to = record + bytes
    }
    return true
  }

  #recordBytes(record: number, headerBytes: number): number {
    this.#need(record, headerBytes)
    return this.#lengths.of(this.#view, record - this.#bufferFrom)
  }

  #refuse(offset: number): false {
    const message = 'a packet must be here: found none (was the file changed?)'
    this.problem = { offset, message }
    this.#at = this.#to
    void this.close()
    return false
  }

  get #view(): DataView {
    return new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length)
  }

  // Has at least `bytes` bytes from `offset` on in the buffer.
  #need(offset: number, bytes: number): void {
    if (offset >= this.#bufferFrom && offset + bytes <= this.#bufferTo) return
    const isDense =
      (this.#positions[this.#nextRecord + 16] ?? Number.POSITIVE_INFINITY) - offset < LARGE_BYTES
    const left = this.#to - offset
    const size = isDense || left > SMALL_BYTES ? LARGE_BYTES : SMALL_BYTES
    this.#bufferFrom = offset
    this.#bufferTo = offset
    while (this.#bufferTo - offset < Math.min(size, this.totalBytes - offset)) {
      const at = this.#bufferTo - offset
      const count = readSync(this.#descriptor, this.#buffer, at, size - at, this.#bufferTo)
      if (count === 0) throw new Error(`"${this.#path}" has become shorter`)
      this.#bufferTo += count
    }
  }
}
