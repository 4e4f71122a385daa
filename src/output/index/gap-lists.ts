/** The gaps of the open half-streams that the index lists: only those that have any, and of each only the first. */
export class GapLists {
  readonly #limit: number
  /** Offset and length of each gap in turn, by half-stream. */
  readonly #lists = new Map<number, number[]>()

  /** @param limit Gaps of one half-stream that are kept. */
  constructor(limit: number) {
    this.#limit = limit
  }

  add(half: number, streamOffset: number, length: number): void {
    const list = this.#lists.get(half)
    if (list === undefined) {
      if (this.#limit > 0) this.#lists.set(half, [streamOffset, length])
    } else if (list.length < 2 * this.#limit) {
      list.push(streamOffset, length)
    }
  }

  /** Offset and length of each kept gap in turn. */
  of(half: number): readonly number[] {
    return this.#lists.get(half) ?? []
  }

  forget(half: number): void {
    this.#lists.delete(half)
  }
}
