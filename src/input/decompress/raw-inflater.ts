import { constants, createInflateRaw, type InflateRaw } from 'node:zlib'

/** Content that zlib makes at a time; it stays in a processor's cache until it is copied. */
const OUTPUT_BYTES = 64 * 1024
/** The smallest `chunkSize` that zlib allows: the stream makes such a buffer, which nobody uses here. */
const STREAM_BUFFER_BYTES = 64

/**
 * The inner handle of a `node:zlib` stream. `inflateRawSync()` of Node.js uses it in this way, and so does npm
 * (minizlib). It is not documented, but has been the same since Node 8.
 */
interface ZlibHandle {
  /** Called during `writeSync()` when it fails. The two words are not set then. */
  onerror: (message: string) => void
  writeSync(
    flush: number,
    input: Uint8Array,
    inputFrom: number,
    inputBytes: number,
    output: Uint8Array,
    outputFrom: number,
    outputBytes: number,
  ): void
}

/** Two words: bytes of the output that are left, bytes of the input that are. */
type WriteState = Uint32Array

/** Takes `count` bytes from the beginning of `output`, which are valid during the call alone. */
export type TakeOutput = (output: Uint8Array, count: number) => void

/** Inflates deflate data (RFC 1951) piece by piece, by zlib, on the calling thread. */
export class RawInflater {
  readonly #zlib: InflateRaw = createInflateRaw({ chunkSize: STREAM_BUFFER_BYTES })
  readonly #handle: ZlibHandle
  readonly #state: WriteState
  readonly #output = new Uint8Array(OUTPUT_BYTES)
  #isEnded = false
  #error: string | null = null

  constructor() {
    const { _handle, _writeState } = this.#zlib as unknown as { _handle: ZlibHandle; _writeState: WriteState }
    this.#handle = _handle
    this.#state = _writeState
    _handle.onerror = (message) => {
      this.#error = message
    }
  }

  /** The data ended within the bytes that were given. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** What is wrong with the data, in zlib's words. The content of the latest piece is lost then. */
  get error(): string | null {
    return this.#error
  }

  /** Begins other data. */
  reset(): void {
    this.#zlib.reset()
    this.#isEnded = false
    this.#error = null
  }

  /**
   * Inflates `bytes[from, from + count)`.
   *
   * @returns Bytes that were taken of it: all, unless `isEnded`; 0 where there is an `error`.
   */
  inflate(bytes: Uint8Array, from: number, count: number, take: TakeOutput): number {
    let taken = 0
    for (;;) {
      this.#handle.writeSync(
        constants.Z_NO_FLUSH,
        bytes,
        from + taken,
        count - taken,
        this.#output,
        0,
        OUTPUT_BYTES,
      )
      if (this.#error !== null) return 0
      const [room = 0, left = 0] = this.#state
      taken = count - left
      if (room < OUTPUT_BYTES) take(this.#output, OUTPUT_BYTES - room)
      if (room === 0) continue // there may be more
      this.#isEnded = left > 0
      return taken
    }
  }

  /** Gives back zlib's memory. */
  close(): void {
    this.#zlib.close()
  }
}
