import fs from 'node:fs'
import { systemPath } from '../system-path.js'

// What stands in its place is not waited for. Windows has neither.
const FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

/** A file of records that are read from the first to the last, each whole in memory. */
export class RecordFile {
  // Invariant: what was read and not passed yet is buffer[at, #to).
  readonly #descriptor: number
  /** Replaced by a larger one where a record needs it. */
  buffer: Buffer
  /** Where the next record begins in `buffer`. Its reader moves it on. */
  at = 0
  #to = 0

  /** @param readBytes Bytes that are read at once. */
  constructor(path: string, readBytes: number) {
    this.#descriptor = fs.openSync(systemPath(path), FLAGS)
    this.buffer = Buffer.allocUnsafe(readBytes)
  }

  /** Reads until `needed` bytes from `at` on are there; `at` may be another then. False where the file ends before. */
  fill(needed: number): boolean {
    if (this.#to - this.at >= needed) return true
    const target = needed > this.buffer.length ? Buffer.allocUnsafe(needed) : this.buffer
    this.buffer.copy(target, 0, this.at, this.#to)
    this.#to -= this.at
    this.at = 0
    this.buffer = target
    while (this.#to < needed) {
      const count = fs.readSync(this.#descriptor, target, this.#to, target.length - this.#to, null)
      if (count === 0) return false
      this.#to += count
    }
    return true
  }

  /** No byte is left, once `fill` was false. */
  get isAtEnd(): boolean {
    return this.at === this.#to
  }

  close(): void {
    try {
      fs.closeSync(this.#descriptor)
    } catch {} // what was read is right
  }
}
