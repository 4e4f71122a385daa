/** Most gaps remembered per half-stream. */
const REMEMBERED_GAPS = 64

/** Remembers the latest gaps given up, to distinguish late data from retransmissions. */
export class RecentGaps {
  /** By half-stream: offset and end alternately, latest last. */
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

  /** Number of bytes of `[from, to)` that lie in gaps. @param take Is told of them. */
  overlap(
    half: number,
    from: number,
    to: number,
    take?: (half: number, offset: number, bytes: number) => void,
  ): number {
    const gaps = this.#gaps.get(half)
    if (gaps === undefined) return 0
    let bytes = 0
    for (let i = 0; i < gaps.length; i += 2) {
      const offset = Math.max(from, gaps[i]!)
      const length = Math.min(to, gaps[i + 1]!) - offset
      if (length <= 0) continue
      bytes += length
      take?.(half, offset, length)
    }
    return bytes
  }

  forget(half: number): void {
    this.#gaps.delete(half)
  }
}
