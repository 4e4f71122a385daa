import type { InputReadProblem } from '../byte-source.js'

const BUFFER_BYTES = 256 * 1024

/** Gives the next compressed bytes: fills `target` as far as bytes are at hand, waits for at least one; 0: the end. */
export type ReadCompressed = (target: Uint8Array) => number

/** Compressed bytes that a decompressor takes one after the other, through a buffer of 256 KiB. */
export class CompressedInput {
  // Invariants: `bytes[from, to)` is read and not yet taken; `bytes[from]` is the byte #offset of the file.
  readonly bytes = new Uint8Array(BUFFER_BYTES)
  readonly #read: ReadCompressed
  #from = 0
  #to = 0
  #offset = 0
  #isOver = false
  /** Why the bytes end early, where that is not because the file does. */
  problem: InputReadProblem | null = null

  /** @param read An error of the system that it throws becomes `problem`; anything else goes through. */
  constructor(read: ReadCompressed) {
    this.#read = read
  }

  /** Where the bytes that are at hand begin in `bytes`. */
  get from(): number {
    return this.#from
  }

  /** Bytes that are at hand. */
  get available(): number {
    return this.#to - this.#from
  }

  /** Offset in the compressed file of the next byte. */
  get offset(): number {
    return this.#offset
  }

  /**
   * Reads until `count` bytes are at hand.
   *
   * @param count At most 256 KiB.
   * @returns Whether they are; otherwise the file ends before.
   */
  ensure(count: number): boolean {
    while (this.available < count && !this.#isOver) this.#fill(count)
    return this.available >= count
  }

  /** Takes `count` of the bytes at hand. */
  take(count: number): void {
    this.#from += count
    this.#offset += count
  }

  /** Passes over `count` bytes. False: the file ends before. */
  skip(count: number): boolean {
    let left = count
    while (left > 0 && this.ensure(1)) {
      const step = Math.min(left, this.available)
      this.take(step)
      left -= step
    }
    return left === 0
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

  /** Passes over zeros to the end of the file. False: other bytes follow, of which the first is the next one. */
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
    const bytes = this.#tryRead(this.bytes.subarray(this.#to))
    if (bytes === 0) this.#isOver = true
    this.#to += bytes
  }

  #tryRead(target: Uint8Array): number {
    try {
      return this.#read(target)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      this.problem = { offset: this.#offset + this.available, message: error.message }
      return 0
    }
  }
}
