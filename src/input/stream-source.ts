import type { Readable } from 'node:stream'
import type { ByteSource, InputReadProblem } from './byte-source.js'

/** A stream of bytes, such as standard input. Holds back no bytes: what has arrived is given at once. */
export class StreamByteSource implements ByteSource {
  // Invariants: #chunk[#chunkAt, end) was taken from the stream and is not given yet. #wake is set while
  // a read waits for the stream.
  readonly #stream: Readable
  #chunk: Uint8Array = new Uint8Array(0)
  #chunkAt = 0
  #bytesRead = 0
  #isStreamOver = false
  #isListening = false
  #wake: (() => void) | null = null
  readonly totalBytes = null
  readonly isDecompressed = false
  problem: InputReadProblem | null = null

  /** @param stream Gives bytes, not text. Nobody else reads it. It is destroyed by `close()`. */
  constructor(stream: Readable) {
    this.#stream = stream
  }

  get bytesRead(): number {
    return this.#bytesRead
  }

  get isAtEnd(): boolean {
    return this.#isStreamOver && this.#chunkAt === this.#chunk.length
  }

  async read(target: Uint8Array): Promise<number> {
    if (!this.#isListening) this.#listen()
    for (;;) {
      const filled = this.#take(target)
      if (filled > 0 || this.#isStreamOver) return filled
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async close(): Promise<void> {
    this.#isStreamOver = true
    this.#chunkAt = this.#chunk.length
    this.#stream.destroy()
    this.#wakeUp()
  }

  /** Copies what has arrived to `target`. Returns the bytes. */
  #take(target: Uint8Array): number {
    let filled = 0
    while (filled < target.length) {
      if (this.#chunkAt === this.#chunk.length) {
        const chunk: unknown = this.#stream.read()
        if (!(chunk instanceof Uint8Array)) break
        this.#chunk = chunk
        this.#chunkAt = 0
      }
      const bytes = Math.min(this.#chunk.length - this.#chunkAt, target.length - filled)
      target.set(this.#chunk.subarray(this.#chunkAt, this.#chunkAt + bytes), filled)
      this.#chunkAt += bytes
      filled += bytes
    }
    this.#bytesRead += filled
    return filled
  }

  #listen(): void {
    this.#isListening = true
    const stream = this.#stream
    if (stream.readableEnded || stream.destroyed) this.#isStreamOver = true
    stream.on('readable', () => this.#wakeUp())
    stream.on('end', () => this.#finish())
    stream.on('close', () => this.#finish())
    stream.on('error', (error) => {
      this.problem ??= { offset: this.#bytesRead, message: error.message }
      this.#finish()
    })
  }

  #finish(): void {
    this.#isStreamOver = true
    this.#wakeUp()
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}
