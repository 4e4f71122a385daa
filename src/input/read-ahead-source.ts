import type { ByteSource, InputReadProblem } from './byte-source.js'

/** Pieces that are read ahead, and bytes that are asked for at a time: small, for there may be many small files. */
const MOST_PIECES = 64
const PIECE_BYTES = 64 * 1024

/** Reads another source ahead of its reader, up to 4 MiB. */
export class ReadAheadSource implements ByteSource {
  // Invariants: #pieces were read and are not given yet, none of them is empty; #filling is the reading under way.
  readonly #source: ByteSource
  readonly #pieces: Uint8Array[] = []
  #isStopped = false
  #isClosed = false
  readonly #filling: Promise<void>

  /** @param source Closed with this one. Reading begins at once. */
  constructor(source: ByteSource) {
    this.#source = source
    this.#filling = this.#fill()
  }

  get bytesRead(): number {
    return this.#source.bytesRead
  }

  get totalBytes(): number | null {
    return this.#source.totalBytes
  }

  get isAtEnd(): boolean {
    return this.#pieces.length === 0 && this.#source.isAtEnd
  }

  get isDecompressed(): boolean {
    return this.#source.isDecompressed
  }

  get problem(): InputReadProblem | null {
    return this.#source.problem
  }

  /** What was read ahead is given first; then the source itself is read. */
  async read(target: Uint8Array): Promise<number> {
    if (this.#pieces.length === 0) await this.#stop()
    let filled = 0
    while (filled < target.length && this.#pieces.length > 0) filled += this.#take(target.subarray(filled))
    return filled > 0 || this.#isClosed ? filled : this.#source.read(target)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#source.close()
    await this.#stop()
    this.#pieces.length = 0
  }

  async #stop(): Promise<void> {
    this.#isStopped = true
    await this.#filling
  }

  async #fill(): Promise<void> {
    while (!this.#isStopped && this.#pieces.length < MOST_PIECES) {
      const piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
      const bytes = await this.#source.read(piece)
      if (bytes === 0) return
      this.#pieces.push(piece.subarray(0, bytes))
    }
  }

  #take(target: Uint8Array): number {
    const [piece = target] = this.#pieces
    const bytes = Math.min(piece.length, target.length)
    target.set(piece.subarray(0, bytes))
    if (bytes === piece.length) this.#pieces.shift()
    else this.#pieces[0] = piece.subarray(bytes)
    return bytes
  }
}
