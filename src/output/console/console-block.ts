import { ByteBuilder } from '../byte-builder.js'
import type { ChunkTarget } from '../chunk.js'

/** Numbers of one piece in `ConsoleBlock.pieces`. */
export const PIECE_FIELDS = 4

/**
 * One worker's console output of one epoch. Both arrays own their memory and may be transferred.
 *
 * `pieces` has four numbers for each piece, in the order of writing: the number of the event (packet) that
 * delivered it, the connection's `firstNumber`, its length in `bytes`, and how often these bytes are shown.
 */
export interface ConsoleBlock {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly pieces: Float64Array<ArrayBuffer>
}

/** Collects chunks for the console, each with its position in the order of the run. */
export class ConsoleTarget implements ChunkTarget {
  /** Number of the packet whose chunks follow, and of the first packet of their connection. */
  eventNumber = 0
  firstNumber = 0
  readonly #content = new ByteBuilder()
  #pieces = new Float64Array(PIECE_FIELDS * 256)
  #used = 0

  append(bytes: Uint8Array, from: number, to: number): void {
    this.#content.putBytes(bytes, from, to)
    const last = this.#used - PIECE_FIELDS
    const pieces = this.#pieces
    if (
      last >= 0 &&
      pieces[last] === this.eventNumber &&
      pieces[last + 1] === this.firstNumber &&
      pieces[last + 3] === 1
    ) {
      pieces[last + 2] = pieces[last + 2]! + to - from
    } else {
      this.#addPiece(to - from, 1)
    }
  }

  repeat(pattern: Uint8Array, count: number): void {
    this.#content.putBytes(pattern, 0, pattern.length)
    this.#addPiece(pattern.length, count)
  }

  /** The output since the last call; null when there is none. */
  take(): ConsoleBlock | null {
    if (this.#used === 0) return null
    const block = {
      bytes: this.#content.bytes.slice(0, this.#content.length),
      pieces: this.#pieces.slice(0, this.#used),
    }
    this.#content.clear()
    this.#used = 0
    return block
  }

  #addPiece(bytes: number, count: number): void {
    if (this.#used === this.#pieces.length) {
      const grown = new Float64Array(this.#pieces.length * 2)
      grown.set(this.#pieces)
      this.#pieces = grown
    }
    this.#pieces[this.#used] = this.eventNumber
    this.#pieces[this.#used + 1] = this.firstNumber
    this.#pieces[this.#used + 2] = bytes
    this.#pieces[this.#used + 3] = count
    this.#used += PIECE_FIELDS
  }
}
