import type { InputReadProblem } from '../byte-source.js'
import { readProblem } from '../file-source.js'

const BUFFER_BYTES = 256 * 1024
/** Most bytes kept after a mark in an input that cannot be read again. */
const KEPT_BYTES = 1024 * 1024

/**
 * Reads the compressed bytes available now into `target`; waits for at least one. Returns their number; 0 at the end of
 * the input.
 */
export type ReadCompressed = (target: Uint8Array) => number

/** Makes the next read begin at this offset of the file. */
export type SeekCompressed = (offset: number) => void

/** Provides compressed bytes to a decompressor, through a buffer of 256 KiB. */
export class CompressedInput {
  // Invariants: `bytes[from, to)` was read but not consumed; `bytes[from]` is byte #offset of the file. #kept, if not
  // null, has the bytes read from #marked on. #again is read before anything else.
  readonly bytes = new Uint8Array(BUFFER_BYTES)
  readonly #read: ReadCompressed
  readonly #seek: SeekCompressed | null
  #marked = 0
  #kept: Uint8Array[] | null = null
  #again: Uint8Array = new Uint8Array(0)
  #from = 0
  #to = 0
  #offset = 0
  #isOver = false
  /** Why reading ended before the end of the file; null when it did not. */
  problem: InputReadProblem | null = null

  /**
   * @param read If it throws an error of the system, that becomes `problem`. Other errors pass through.
   * @param seek Null when the input cannot be read again.
   */
  constructor(read: ReadCompressed, seek: SeekCompressed | null = null) {
    this.#read = read
    this.#seek = seek
  }

  /** Position in `bytes` of the first byte available. */
  get from(): number {
    return this.#from
  }

  /** Number of bytes available. */
  get available(): number {
    return this.#to - this.#from
  }

  /** Offset in the compressed file of the next byte. */
  get offset(): number {
    return this.#offset
  }

  /**
   * Reads until `count` bytes are available.
   *
   * @param count At most 256 KiB.
   * @returns False when the file ends before.
   */
  ensure(count: number): boolean {
    while (this.available < count && !this.#isOver) this.#fill(count)
    return this.available >= count
  }

  /** Consumes `count` of the available bytes. */
  take(count: number): void {
    this.#from += count
    this.#offset += count
  }

  /** Skips `count` bytes. Returns false when the file ends before. */
  skip(count: number): boolean {
    let left = count
    while (left > 0 && this.ensure(1)) {
      const step = Math.min(left, this.available)
      this.take(step)
      left -= step
    }
    return left === 0
  }

  /** Remembers the next byte for `goBack()`. */
  mark(): void {
    this.#marked = this.#offset
    this.#kept = this.#seek === null ? [] : null
    this.#keep(this.#from, this.#to)
  }

  /** Goes back to the marked byte, once per mark. Returns false when it is too far back in a stream. */
  goBack(): boolean {
    if (this.#seek !== null) this.#seek(this.#marked)
    else if (this.#kept === null) return false
    else this.#again = Buffer.concat([...this.#kept, this.#again])
    this.#kept = null
    this.#from = 0
    this.#to = 0
    this.#offset = this.#marked
    this.#isOver = false
    return true
  }

  uint8(at: number): number {
    return this.bytes[this.#from + at] ?? 0
  }

  uint32le(at: number): number {
    return (
      (this.uint8(at) |
        (this.uint8(at + 1) << 8) |
        (this.uint8(at + 2) << 16) |
        (this.uint8(at + 3) << 24)) >>>
      0
    )
  }

  /** Skips zeros up to the end of the file. Returns false at the first other byte, which is next then. */
  skipZeros(): boolean {
    while (this.ensure(1)) {
      const rest = this.bytes.subarray(this.#from, this.#to)
      const other = rest.findIndex((byte) => byte !== 0)
      this.take(other < 0 ? rest.length : other)
      if (other >= 0) return false
    }
    return true
  }

  #fill(count: number): void {
    if (this.#from + count > BUFFER_BYTES || this.#from === this.#to) {
      this.bytes.copyWithin(0, this.#from, this.#to)
      this.#to -= this.#from
      this.#from = 0
    }
    const bytes = this.#readAgain() || this.#tryRead(this.bytes.subarray(this.#to))
    if (bytes === 0) this.#isOver = true
    this.#keep(this.#to, this.#to + bytes)
    this.#to += bytes
  }

  #readAgain(): number {
    const part = this.#again.subarray(0, BUFFER_BYTES - this.#to)
    this.bytes.set(part, this.#to)
    this.#again = this.#again.subarray(part.length)
    return part.length
  }

  #keep(from: number, to: number): void {
    if (this.#offset + to - this.#from > this.#marked + KEPT_BYTES) this.#kept = null
    this.#kept?.push(this.bytes.slice(from, to))
  }

  #tryRead(target: Uint8Array): number {
    try {
      return this.#read(target)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      this.problem = readProblem(this.#offset + this.available, error)
      return 0
    }
  }
}
