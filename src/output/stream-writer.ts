import type { Writable } from 'node:stream'
import { OutputError } from '../errors.js'

/** Writes to a stream, no faster than it takes. An error of the stream is thrown by the next write. */
export class StreamWriter {
  readonly #stream: Writable
  readonly #name: string
  readonly #onError: (error: Error) => void
  #error: Error | null = null
  bytesWritten = 0

  /** @param name What messages call the stream: "standard output". */
  constructor(stream: Writable, name: string) {
    this.#stream = stream
    this.#name = name
    this.#onError = (error) => {
      this.#error = error
    }
    stream.on('error', this.#onError)
  }

  /**
   * Writes `bytes`, which must not change later. Resolves when the stream has room again.
   *
   * @throws OutputError when the stream has failed or was closed.
   */
  async write(bytes: Uint8Array): Promise<void> {
    this.#check()
    this.bytesWritten += bytes.length
    if (!this.#stream.write(bytes)) await this.#roomAgain()
    this.#check()
  }

  /** Stops listening to the stream, which stays open. */
  detach(): void {
    this.#stream.off('error', this.#onError)
  }

  #check(): void {
    const error = this.#error ?? this.#stream.errored
    if (error) {
      const message = `Cannot write to ${this.#name}: ${error.message}`
      throw new OutputError(message, this.#name, { cause: error })
    }
    if (!this.#stream.writable)
      throw new OutputError(`Cannot write to ${this.#name}: it is closed`, this.#name)
  }

  #roomAgain(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done)
        this.#stream.off('error', done)
        this.#stream.off('close', done)
        resolve()
      }
      this.#stream.on('drain', done)
      this.#stream.on('error', done)
      this.#stream.on('close', done)
    })
  }
}
