import { createHash, type Hash } from 'node:crypto'

/** Computes the SHA-256 of the bytes of each half-stream of one worker. */
export class StreamHashes {
  // Invariant: #open entries of #hashes are hashes; the others are null or absent.
  readonly #limit: number
  readonly #hashes: (Hash | null | undefined)[] = []
  #open = 0
  /** Half-streams without hash, because too many were open. */
  refusals = 0
  readonly #refused = new Set<number>()

  /** @param limit Most half-streams with bytes that are open at once. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** As `StreamSink.data`. */
  data(half: number, bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return
    const hash = this.#hashes[half] ?? this.#begin(half)
    hash?.update(bytes.subarray(from, to))
  }

  /** The hash in hexadecimal, of a half-stream that is over; null: it has no bytes, or could not be hashed. Its number is free then. */
  finish(half: number): string | null {
    if (this.#refused.size > 0) this.#refused.delete(half)
    const hash = this.#hashes[half]
    if (hash === null || hash === undefined) return null
    this.#hashes[half] = null
    this.#open -= 1
    return hash.digest('hex')
  }

  #begin(half: number): Hash | null {
    if (this.#refused.has(half)) return null
    if (this.#open >= this.#limit) {
      this.#refused.add(half)
      this.refusals += 1
      return null
    }
    this.#open += 1
    const hash = createHash('sha256')
    this.#hashes[half] = hash
    return hash
  }
}
