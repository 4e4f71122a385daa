import { constants, createInflateRaw, type InflateRaw } from 'node:zlib'

/** Content that zlib produces at a time. It is small enough to stay in a processor's cache until it is copied. */
const OUTPUT_BYTES = 64 * 1024
/** The smallest `chunkSize` that zlib allows. The stream allocates such a buffer, which is not used here. */
const STREAM_BUFFER_BYTES = 64

/**
 * The internal handle of a `node:zlib` stream. Node's `inflateRawSync()` and npm (minizlib) use it in this way. It is
 * undocumented but unchanged since Node 8.
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

/** Two words: the bytes left in the output, and the bytes left in the input. */
type WriteState = Uint32Array

/** Takes the first `count` bytes of `output`, which are valid only during the call. */
export type TakeOutput = (output: Uint8Array, count: number) => void

/** Inflates deflate data (RFC 1951) piece by piece with zlib, on the calling thread. */
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

  /** True when the data has ended within the bytes passed in. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** What is wrong with the data, in zlib's words, or null. The content of the latest piece is lost then. */
  get error(): string | null {
    return this.#error
  }

  /** Prepares for new data. */
  reset(): void {
    this.#zlib.reset()
    this.#isEnded = false
    this.#error = null
  }

  /**
   * Inflates `bytes[from, from + count)`.
   *
   * @returns Number of bytes consumed: all, unless `isEnded`; 0 on an `error`.
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

  /** Frees zlib's memory. */
  close(): void {
    this.#zlib.close()
  }
}
