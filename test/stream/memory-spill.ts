import type { HeldStore, Spill } from '../../src/stream/held-store.js'

/** Segments up to this length are not spilled in tests: some of theirs are, and some not. */
export const FEW_BYTES = 2

/** A spill "file" in memory that checks its use: everything written is freed at the end. */
export class MemorySpill implements Spill {
  #bytes = new Uint8Array(1024)
  #length = 0
  keptBytes = 0
  /** Bytes read and bytes written so far. */
  movedBytes = 0

  write(bytes: Uint8Array, from: number, to: number): number {
    const position = this.#length
    this.#length += to - from
    if (this.#length > this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#length)
      longer.set(this.#bytes)
      this.#bytes = longer
    }
    this.rewrite(position, bytes, from, to)
    this.keptBytes += to - from
    return position
  }

  rewrite(position: number, bytes: Uint8Array, from: number, to: number): void {
    if (position + to - from > this.#length) throw new Error('replaced what was never written')
    this.movedBytes += to - from
    this.#bytes.set(bytes.subarray(from, to), position)
  }

  read(position: number, target: Uint8Array): void {
    this.movedBytes += target.length
    target.set(this.#bytes.subarray(position, position + target.length))
  }

  free(bytes: number): void {
    this.keptBytes -= bytes
    if (this.keptBytes < 0) throw new Error('freed more than was written')
  }
}

/** What the store keeps, as text. */
export function heldText(store: HeldStore, stored: number, length: number): string {
  const { bytes, from, to } = store.locate(stored, 0, length)
  return Buffer.from(bytes.subarray(from, to)).toString()
}
