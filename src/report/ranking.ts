/** The sums of one key. */
export interface Ranked {
  readonly key: string
  connections: number
  /** Payload bytes sent and received by the endpoint; for a port: sent by originators and by responders. */
  sent: number
  received: number
}

/**
 * Finds the keys with the most bytes and with the most connections, in bounded memory. When `capacity` keys are held,
 * the largest quarter by bytes and the largest quarter by connections are kept, and the rest are forgotten. After that
 * a sum may be too low by up to `possiblyMissingBytes` and `possiblyMissingConnections`.
 */
export class Ranking {
  readonly #capacity: number
  readonly #sums = new Map<string, Ranked>()
  #possiblyMissingBytes = 0
  #possiblyMissingConnections = 0
  #forgotten = 0

  /** @param capacity Most keys held at a time; at least 4. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** False once keys were forgotten: then sums may be too low, and `keys` is an upper bound. */
  get isExact(): boolean {
    return this.#forgotten === 0
  }

  /** The most bytes by which a sum may be too low, and the most that a forgotten key may have. */
  get possiblyMissingBytes(): number {
    return this.#possiblyMissingBytes
  }

  /** The same for connections. */
  get possiblyMissingConnections(): number {
    return this.#possiblyMissingConnections
  }

  /** Number of keys added. A key that returns after it was forgotten counts again. */
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

  /** The `count` keys with the most bytes and the `count` with the most connections, sorted by bytes, largest first. */
  top(count: number): Ranked[] {
    return [...this.#largest(count)].sort(compareBytes)
  }

  #largest(count: number): Set<Ranked> {
    const sums = [...this.#sums.values()]
    const byBytes = sums.sort(compareBytes).slice(0, count)
    const byConnections = sums.sort(compareConnections).slice(0, count)
    return new Set([...byBytes, ...byConnections])
  }

  // Each time, a forgotten key loses at most what the largest key forgotten with it loses.
  #forget(): void {
    const kept = this.#largest(this.#capacity >> 2)
    let bytes = 0
    let connections = 0
    for (const sums of this.#sums.values()) {
      if (kept.has(sums)) continue
      bytes = Math.max(bytes, bytesOf(sums))
      connections = Math.max(connections, sums.connections)
      this.#forgotten += 1
      this.#sums.delete(sums.key)
    }
    this.#possiblyMissingBytes += bytes
    this.#possiblyMissingConnections += connections
  }
}

function bytesOf({ sent, received }: Ranked): number {
  return sent + received
}

function compareBytes(a: Ranked, b: Ranked): number {
  return bytesOf(b) - bytesOf(a) || b.connections - a.connections || (a.key < b.key ? -1 : 1)
}

function compareConnections(a: Ranked, b: Ranked): number {
  return b.connections - a.connections || compareBytes(a, b)
}
