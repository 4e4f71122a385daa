/** Gaps of a half-stream that are remembered. */
const REMEMBERED_GAPS = 64

/** The latest gaps that were given up, to tell data that comes late for one from a retransmission. */
export class RecentGaps {
  /** By half-stream: offset and end in turn, the latest last. */
  readonly #gaps = new Map<number, number[]>()

  add(half: number, offset: number, end: number): void {
    let gaps = this.#gaps.get(half)
    if (gaps === undefined) {
      gaps = []
      this.#gaps.set(half, gaps)
    }
    if (gaps.length >= 2 * REMEMBERED_GAPS) gaps.splice(0, 2)
    gaps.push(offset, end)
  }

  /** How many bytes of `[from, to)` lie in gaps. */
  overlap(half: number, from: number, to: number): number {
    const gaps = this.#gaps.get(half)
    if (gaps === undefined) return 0
    let bytes = 0
    for (let i = 0; i < gaps.length; i += 2) {
      bytes += Math.max(0, Math.min(to, gaps[i + 1]!) - Math.max(from, gaps[i]!))
    }
    return bytes
  }

  forget(half: number): void {
    this.#gaps.delete(half)
  }
}
