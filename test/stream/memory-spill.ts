import type { HeldStore, Spill, StoredBytes } from '../../src/stream/held-store.js'

/** A spill "file" in memory that checks its use: everything written is freed at the end. */
export class MemorySpill implements Spill {
  #bytes = new Uint8Array(1024)
  #length = 0
  keptBytes = 0

  write(bytes: Uint8Array, from: number, to: number): number {
    const position = this.#length
    this.#length += to - from
    if (this.#length > this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#length)
      longer.set(this.#bytes)
      this.#bytes = longer
    }
    this.#bytes.set(bytes.subarray(from, to), position)
    this.keptBytes += to - from
    return position
  }

  read(position: number, target: Uint8Array): void {
    target.set(this.#bytes.subarray(position, position + target.length))
  }

  free(bytes: number): void {
    this.keptBytes -= bytes
    if (this.keptBytes < 0) throw new Error('freed more than was written')
  }
}

/** What the store keeps, as text. */
export function heldText(store: HeldStore, stored: StoredBytes): string {
  const { bytes, from, to } = store.locate(stored)
  return Buffer.from(bytes.subarray(from, to)).toString()
}
