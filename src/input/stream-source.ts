import type { Readable } from 'node:stream'
import type { ByteSource, InputReadProblem } from './byte-source.js'
import { readProblem } from './file-source.js'

/** Reads a byte stream such as standard input. Bytes that have arrived are passed on at once. */
export class StreamByteSource implements ByteSource {
  // Invariant: #chunk was taken from the stream and not yet passed on.
  readonly #stream: Readable
  readonly #chunks: AsyncIterator<unknown>
  #chunk: Uint8Array = new Uint8Array(0)
  #bytesRead = 0
  #isOver = false
  readonly totalBytes = null
  readonly isDecompressed = false
  problem: InputReadProblem | null = null

  /** @param stream Must yield bytes, not text, and must have no other reader. `close()` destroys it. */
  constructor(stream: Readable) {
    this.#stream = stream
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  get bytesRead(): number {
    return this.#bytesRead
  }

  get isAtEnd(): boolean {
    return this.#isOver && this.#chunk.length === 0
  }

  async read(target: Uint8Array): Promise<number> {
    while (this.#chunk.length === 0 && !this.#isOver) await this.#next()
    const part = this.#chunk.subarray(0, target.length)
    target.set(part)
    this.#chunk = this.#chunk.subarray(part.length)
    this.#bytesRead += part.length
    return part.length
  }

  async close(): Promise<void> {
    this.#end()
    this.#stream.destroy()
  }

  async #next(): Promise<void> {
    try {
      const { value, done } = await this.#chunks.next()
      if (this.#isOver) return // it was closed meanwhile
      if (value instanceof Uint8Array) this.#chunk = value
      else if (done === true) this.#isOver = true
      else
        this.#fail({ offset: this.#bytesRead, message: 'the stream gives text or objects in place of bytes' })
    } catch (error) {
      if (!this.#isOver) this.#fail(readProblem(this.#bytesRead, error))
    }
  }

  #fail(problem: InputReadProblem): void {
    this.problem = problem
    this.#end()
  }

  #end(): void {
    this.#isOver = true
    this.#chunk = new Uint8Array(0)
  }
}
