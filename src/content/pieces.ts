const FIRST_BYTES = 2048

/** Puts pieces of a message together that come in any order, up to a limit. The first copy of a byte counts. */
export class Pieces {
  // Invariants: bytes[0, length) are known; byte i behind them is known where #isKnown[i] is 1.
  readonly #limit: number
  #isKnown = new Uint8Array(FIRST_BYTES)
  /** The message from its begin on; another array after `add()`. */
  bytes = new Uint8Array(FIRST_BYTES)
  /** Bytes that are known without a hole. */
  length = 0

  /** @param limit Bytes behind that offset are not kept. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** True when no more is kept. */
  get isFull(): boolean {
    return this.length >= this.#limit
  }

  /** Takes a copy of `bytes[from, to)`, which stand at `offset` of the message. */
  add(offset: number, bytes: Uint8Array, from: number, to: number): void {
    const end = Math.min(offset + to - from, this.#limit)
    if (offset >= end) return
    if (end > this.bytes.length) this.#grow(end)
    for (let i = Math.max(offset, this.length); i < end; i++) {
      if (this.#isKnown[i] === 1) continue
      this.bytes[i] = bytes[from + i - offset]!
      this.#isKnown[i] = 1
    }
    while (this.length < this.#isKnown.length && this.#isKnown[this.length] === 1) this.length += 1
  }

  #grow(needed: number): void {
    const length = Math.min(this.#limit, Math.max(needed, 2 * this.bytes.length))
    const [bytes, isKnown] = [new Uint8Array(length), new Uint8Array(length)]
    bytes.set(this.bytes)
    isKnown.set(this.#isKnown)
    this.bytes = bytes
    this.#isKnown = isKnown
  }
}
