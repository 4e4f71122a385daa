import { readSync } from 'node:fs'
import type { ByteSource, InputReadProblem } from './byte-source.js'
import { closeQuietly, openParts, readProblem } from './file-source.js'

/** Reads parts of a file, as if it had no others. */
export class RangeSource implements ByteSource {
  // Invariant: the next byte is that at #at of the file, within the range number #range; at the end there is none.
  readonly totalBytes: number
  readonly isDecompressed = false
  readonly #ranges: readonly number[]
  #descriptor: number
  #range = 0
  #at: number
  problem: InputReadProblem | null = null
  bytesRead = 0

  /**
   * @param ranges Where parts begin and end, in pairs.
   * @throws InputError where it cannot be opened.
   */
  constructor(path: string, ranges: readonly number[]) {
    this.#ranges = ranges
    this.#at = ranges[0] ?? 0
    const { descriptor, totalBytes } = openParts(path)
    this.#descriptor = descriptor
    this.totalBytes = totalBytes
  }

  get isAtEnd(): boolean {
    return this.#descriptor < 0 || this.#range >= this.#ranges.length
  }

  async read(target: Uint8Array): Promise<number> {
    let filled = 0
    try {
      while (filled < target.length && !this.isAtEnd) {
        const left = this.#ranges[this.#range + 1]! - this.#at
        const count = readSync(
          this.#descriptor,
          target,
          filled,
          Math.min(left, target.length - filled),
          this.#at,
        )
        filled += count
        this.#at += count
        if (count > 0 && count < left) continue
        this.#range += 2
        this.#at = this.#ranges[this.#range] ?? 0
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
}
