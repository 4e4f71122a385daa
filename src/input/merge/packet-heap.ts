/** Capture time of a packet. */
interface PacketTime {
  readonly tsSec: number
  readonly tsNsec: number
}

/**
 * Finds the input with the earliest packet; of equal times, the first input. A heap of input numbers. Call `replaced()`
 * when the first input has moved to another packet.
 */
export class PacketHeap {
  // Invariant: no input is earlier than its parent; the parent of #heap[i] is #heap[(i - 1) >> 1].
  readonly #times: readonly PacketTime[]
  readonly #heap: number[] = []

  /** @param times The current packet of each input, by number. */
  constructor(times: readonly PacketTime[]) {
    this.#times = times
  }

  /** The number of the input with the earliest packet; -1 when no input is left. */
  get first(): number {
    return this.#heap[0] ?? -1
  }

  add(input: number): void {
    let at = this.#heap.push(input) - 1
    for (let parent = (at - 1) >> 1; at > 0 && this.#isBefore(at, parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent)
      at = parent
    }
  }

  /** Restores the order after the first input has moved to another packet. */
  replaced(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      if (left >= this.#heap.length) return
      const least = left + 1 < this.#heap.length && this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#isBefore(least, at)) return
      this.#swap(at, least)
      at = least
    }
  }

  /** Removes the first input, which has no more packets. */
  removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.replaced()
  }

  #isBefore(a: number, b: number): boolean {
    const inputA = this.#heap[a]!
    const inputB = this.#heap[b]!
    const timeA = this.#times[inputA]!
    const timeB = this.#times[inputB]!
    if (timeA.tsSec !== timeB.tsSec) return timeA.tsSec < timeB.tsSec
    if (timeA.tsNsec !== timeB.tsNsec) return timeA.tsNsec < timeB.tsNsec
    return inputA < inputB
  }

  #swap(a: number, b: number): void {
    const input = this.#heap[a]!
    this.#heap[a] = this.#heap[b]!
    this.#heap[b] = input
  }
}
