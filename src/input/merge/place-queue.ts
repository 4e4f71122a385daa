import type { OpenRecordPlace, RecordPlace } from '../../capture/record-place.js'

const INITIAL_ROWS = 4096

/** Where packets stand that were written and not yet read, in order. */
export class PlaceQueue {
  // Invariant: rows #taken to #added - 1, modulo the length of the columns, are in the queue. Lengths are powers of two.
  #inputs = new Uint16Array(INITIAL_ROWS)
  #positions = new Float64Array(INITIAL_ROWS)
  #lateSec = new Float64Array(INITIAL_ROWS)
  #lateNsec = new Uint32Array(INITIAL_ROWS)
  #added = 0
  #taken = 0

  add({ input, position, lateSec, lateNsec }: RecordPlace): void {
    if (this.#added - this.#taken === this.#inputs.length) this.#grow()
    const row = this.#added % this.#inputs.length
    this.#inputs[row] = input
    this.#positions[row] = position
    this.#lateSec[row] = lateSec
    this.#lateNsec[row] = lateNsec
    this.#added += 1
  }

  /** Takes the first place, whose rank is the number of places taken so far. */
  take(out: OpenRecordPlace): void {
    if (this.#taken === this.#added) throw new Error('bug: more packets were read than written')
    const row = this.#taken % this.#inputs.length
    this.#taken += 1
    out.input = this.#inputs[row]!
    out.position = this.#positions[row]!
    out.lateSec = this.#lateSec[row]!
    out.lateNsec = this.#lateNsec[row]!
    out.rank = this.#taken
  }

  #grow(): void {
    const rows = this.#inputs.length * 2
    const moved = <T extends Uint16Array | Uint32Array | Float64Array>(from: T, to: T): T => {
      for (let row = this.#taken; row < this.#added; row++) to[row % rows] = from[row % from.length]!
      return to
    }
    this.#positions = moved(this.#positions, new Float64Array(rows))
    this.#lateSec = moved(this.#lateSec, new Float64Array(rows))
    this.#lateNsec = moved(this.#lateNsec, new Uint32Array(rows))
    this.#inputs = moved(this.#inputs, new Uint16Array(rows))
  }
}
