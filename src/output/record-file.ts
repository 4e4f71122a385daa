import fs from 'node:fs'
import { systemPath } from '../system-path.js'

// A pipe in place of the file must not block the run, and a link is not followed. Windows has neither flag.
const FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

/** Reads a file record by record. The whole current record is in memory. */
export class RecordFile {
  // Invariant: buffer[at, #to) was read from the file and not passed yet.
  readonly #descriptor: number
  /** A larger buffer replaces it where a record needs one. */
  buffer: Buffer
  /** Where the next record begins in `buffer`. The caller moves it on. */
  at = 0
  #to = 0

  /** @param readBytes Bytes of one read. */
  constructor(path: string, readBytes: number) {
    this.#descriptor = fs.openSync(systemPath(path), FLAGS)
    this.buffer = Buffer.allocUnsafe(readBytes)
  }

  /** Reads until `buffer` has `needed` bytes from `at` on. It may change `at`. Returns false where the file ends before. */
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

  /** Bytes in `buffer` from `at` on. */
  get available(): number {
    return this.#to - this.at
  }

  /** True when no byte is left. Valid after `fill()` has returned false. */
  get isAtEnd(): boolean {
    return this.at === this.#to
  }

  close(): void {
    try {
      fs.closeSync(this.#descriptor)
    } catch {} // the records that were read are right all the same
  }
}
