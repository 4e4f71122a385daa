/** Sums of one key. */
export interface Ranked {
  readonly key: string
  connections: number
  /** Payload sent and received; for keys that are no endpoints: by the originators and by the responders. */
  sent: number
  received: number
}

/**
 * Sums by key, of which only the largest are wanted. At `capacity` keys the smaller half is forgotten, so that memory
 * stays bounded whatever the number of keys; `possiblyMissing` says how far a sum may be too low then.
 */
export class Ranking {
  readonly #capacity: number
  readonly #sums = new Map<string, Ranked>()
  #possiblyMissing = 0
  #forgotten = 0

  /** @param capacity Keys that are remembered at one moment, at least 2. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Bytes by which a sum of the result may be too low, and by which a key that is not in it may be larger than 0. */
  get possiblyMissing(): number {
    return this.#possiblyMissing
  }

  /** Keys that were seen: exact while nothing was forgotten, otherwise an upper bound. */
  get keys(): number {
    return this.#sums.size + this.#forgotten
  }

  add(key: string, sent: number, received: number): void {
    let sums = this.#sums.get(key)
    if (sums === undefined) {
      if (this.#sums.size >= this.#capacity) this.#forget()
      sums = { key, connections: 0, sent: 0, received: 0 }
      this.#sums.set(key, sums)
    }
    sums.connections += 1
    sums.sent += sent
    sums.received += received
  }

  /** The `count` keys of the most bytes and the `count` of the most connections, by bytes. */
  top(count: number): Ranked[] {
    const byBytes = [...this.#sums.values()].sort(compareBytes)
    const byConnections = [...byBytes].sort((a, b) => b.connections - a.connections)
    const chosen = new Set([...byBytes.slice(0, count), ...byConnections.slice(0, count)])
    return [...chosen].sort(compareBytes)
  }

  #forget(): void {
    const byBytes = [...this.#sums.values()].sort(compareBytes)
    const small = byBytes.slice(this.#capacity >> 1)
    this.#possiblyMissing += bytesOf(small[0]!)
    this.#forgotten += small.length
    for (const { key } of small) this.#sums.delete(key)
  }
}

function bytesOf({ sent, received }: Ranked): number {
  return sent + received
}

function compareBytes(a: Ranked, b: Ranked): number {
  return bytesOf(b) - bytesOf(a) || b.connections - a.connections || (a.key < b.key ? -1 : 1)
}
