import type { ByteSource, InputReadProblem } from './byte-source.js'

/** Bytes that are read ahead. */
const BUFFER_BYTES = 4 * 1024 * 1024
/** Bytes that are asked for at a time. */
const PIECE_BYTES = 256 * 1024

/** Reads another source ahead of its reader, up to 4 MiB. */
export class ReadAheadSource implements ByteSource {
  // Invariants: #buffer[#from, #to) was read and is not given yet; #filling is the reading under way.
  readonly #source: ByteSource
  #buffer = new Uint8Array(BUFFER_BYTES)
  #from = 0
  #to = 0
  #isStopped = false
  #filling: Promise<void> | null

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
    return this.#from === this.#to && this.#source.isAtEnd
  }

  get isDecompressed(): boolean {
    return this.#source.isDecompressed
  }

  get problem(): InputReadProblem | null {
    return this.#source.problem
  }

  /** What was read ahead is given first; then the source itself is read. */
  async read(target: Uint8Array): Promise<number> {
    this.#isStopped = true
    await this.#filling
    this.#filling = null
    const filled = Math.min(this.#to - this.#from, target.length)
    if (filled === 0) return this.#source.read(target)
    target.set(this.#buffer.subarray(this.#from, this.#from + filled))
    this.#from += filled
    if (this.#from === this.#to) this.#drop()
    return filled
  }

  async close(): Promise<void> {
    this.#isStopped = true
    await this.#source.close()
    await this.#filling
    this.#drop()
  }

  async #fill(): Promise<void> {
    while (!this.#isStopped && this.#to < BUFFER_BYTES) {
      const bytes = await this.#source.read(this.#buffer.subarray(this.#to, this.#to + PIECE_BYTES))
      if (bytes === 0) return
      this.#to += bytes
    }
  }

  #drop(): void {
    this.#from = 0
    this.#to = 0
    this.#buffer = new Uint8Array(0)
  }
}
