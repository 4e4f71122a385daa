/** Sums of one key. */
export interface Ranked {
  readonly key: string
  connections: number
  /** Payload sent and received; for keys that are no endpoints: by the originators and by the responders. */
  sent: number
  received: number
}

/**
 * Sums by key, of which only the largest are wanted: by bytes, or by connections. At `capacity` keys a quarter of them
 * by each is kept and the others are forgotten, so that memory stays bounded whatever the number of keys;
 * `possiblyMissingBytes` and `possiblyMissingConnections` say how far sums may be too low then.
 */
export class Ranking {
  readonly #capacity: number
  readonly #sums = new Map<string, Ranked>()
  #possiblyMissingBytes = 0
  #possiblyMissingConnections = 0
  #forgotten = 0

  /** @param capacity Keys that are remembered at one moment, at least 4. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** False when keys were forgotten: sums may be too low then, and `keys` is an upper bound. */
  get isExact(): boolean {
    return this.#forgotten === 0
  }

  /** Bytes by which a sum of the result may be too low, and which a key that is not in it may have. */
  get possiblyMissingBytes(): number {
    return this.#possiblyMissingBytes
  }

  /** The same of connections. */
  get possiblyMissingConnections(): number {
    return this.#possiblyMissingConnections
  }

  /** Keys that were seen; those that came again after they were forgotten count again. */
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
    return [...this.#largest(count)].sort(compareBytes)
  }

  #largest(count: number): Set<Ranked> {
    const sums = [...this.#sums.values()]
    const byBytes = sums.sort(compareBytes).slice(0, count)
    const byConnections = sums.sort(compareConnections).slice(0, count)
    return new Set([...byBytes, ...byConnections])
  }

  // A key loses at most what the largest loses of those that are forgotten together with it, each time.
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
