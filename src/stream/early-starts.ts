import { HalfSeen, type HalfStreams } from './half-streams.js'

/**
 * Half-streams joined in the middle that began before their time, for want of memory: nothing is lost by it, unless
 * something comes that would have moved the start, or would have come before it.
 */
export class EarlyStarts {
  readonly #halves: HalfStreams
  /** Not more than connections that are open. */
  readonly #early = new Set<number>()
  /** Half-streams for which something came too late. */
  hits = 0

  constructor(halves: HalfStreams) {
    this.#halves = halves
  }

  /** True when the half-stream may begin now: its start is open, nothing came from the peer, and this is noted. */
  tryAdd(half: number): boolean {
    const { halfSeen } = this.#halves
    if ((halfSeen[half]! & HalfSeen.UNSETTLED) === 0 || halfSeen[half ^ 1]! & HalfSeen.DATA) return false
    this.#early.add(half)
    return true
  }

  /** Something has come for which the half-stream should have waited. */
  miss(half: number): void {
    if (!this.#early.delete(half)) return
    this.hits += 1
    this.#halves.limits.mark(half >> 1, 'held_memory')
  }

  /** The peer's payload is held: it would have come first, unless it acknowledges what the half-stream has sent. */
  peerPayload(half: number): void {
    if (this.#early.size > 0 && this.#halves.ackedOffset[half]! <= 0) this.miss(half)
  }

  /** Prepares the half-stream's number for reuse. */
  forget(half: number): void {
    if (this.#early.size > 0) this.#early.delete(half)
  }
}
