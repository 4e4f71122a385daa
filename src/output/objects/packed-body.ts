import type { SpillFile } from '../spill-file.js'

/** Most pieces that a body may come in, also where they stand together in the file: that depends on other bodies. */
const MAX_PIECES = 65_536

/** A body that has content codings, kept in a temporary file until it is whole. */
export class PackedBody {
  // Invariant: pieces are position and length in turn; together they are `length` bytes.
  readonly #spill: SpillFile
  readonly #maxBytes: number
  readonly #pieces: number[] = []
  #taken = 0
  length = 0

  constructor(spill: SpillFile, maxBytes: number) {
    this.#spill = spill
    this.#maxBytes = maxBytes
  }

  /** Takes `bytes[from, to)`. Returns false when that would be too much: then nothing was taken. @throws OutputError */
  add(bytes: Uint8Array, from: number, to: number): boolean {
    const pieces = this.#pieces
    if (this.length + to - from > this.#maxBytes || this.#taken === MAX_PIECES) return false
    this.#taken += 1
    const position = this.#spill.write(bytes, from, to)
    const last = pieces.length - 2
    if (last >= 0 && pieces[last]! + pieces[last + 1]! === position) pieces[last + 1]! += to - from
    else pieces.push(position, to - from)
    this.length += to - from
    return true
  }

  /** All that was taken. The body is empty then. @throws OutputError */
  take(): Uint8Array {
    const bytes = new Uint8Array(this.length)
    let at = 0
    for (let i = 0; i < this.#pieces.length; i += 2) {
      const length = this.#pieces[i + 1]!
      this.#spill.read(this.#pieces[i]!, bytes.subarray(at, at + length))
      at += length
    }
    this.#spill.free(this.length)
    this.#pieces.length = 0
    this.#taken = 0
    this.length = 0
    return bytes
  }
}
