import { DETECT_BYTES } from '../capture/capture-format.js'
import {
  type CaptureReader,
  type CaptureReaderOptions,
  MAX_RECORD_BYTES,
  RECORD_OVERHEAD_BYTES,
  type ReadStatus,
} from '../capture/capture-reader.js'
import { blankCapturedPacket } from '../capture/captured-packet.js'
import { createCaptureReader } from '../capture/open-capture-reader.js'
import type { ByteSource } from './byte-source.js'

const LARGEST_BUFFER_BYTES = MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES

/** Goes through the packets of one capture, in a buffer that grows to 1.2 MiB where a record needs it. */
export class PacketCursor {
  // Invariants: #buffer[0, #filled) is the reader's window, once there is a reader.
  /** The packet at which the cursor is: valid until the next `next()` or `fill()`. */
  readonly packet = blankCapturedPacket()
  readonly #source: ByteSource
  readonly #file: string
  readonly #maxInterfaces: number
  #buffer: Uint8Array
  #filled = 0
  #isLast = false
  #reader: CaptureReader | null = null

  /**
   * @param file   Path for messages.
   * @param buffer Its first buffer, of at least DETECT_BYTES.
   */
  constructor(
    source: ByteSource,
    file: string,
    { maxInterfaces }: Pick<CaptureReaderOptions, 'maxInterfaces'>,
    buffer: Uint8Array,
  ) {
    this.#source = source
    this.#file = file
    this.#maxInterfaces = maxInterfaces
    this.#buffer = buffer
  }

  /** What the packet's positions are in. */
  get bytes(): Uint8Array {
    return this.#buffer
  }

  /** Null before the first bytes were read. */
  get reader(): CaptureReader | null {
    return this.#reader
  }

  /** Goes to the next packet. `'more'`: `fill()` has to be called first. */
  next(): ReadStatus {
    if (this.#reader === null) return 'more'
    const status = this.#reader.next(this.packet)
    return status === 'more' && this.#isLast ? 'end' : status
  }

  /** Reads on. @throws CaptureFormatError where the content is no capture. */
  async fill(): Promise<void> {
    this.#makeRoom(this.#reader?.position ?? 0)
    do {
      const bytes = await this.#source.read(this.#buffer.subarray(this.#filled))
      this.#filled += bytes
      this.#isLast = bytes === 0 || this.#source.isAtEnd
    } while (this.#reader === null && this.#filled < DETECT_BYTES && !this.#isLast)
    this.#reader ??= createCaptureReader(this.#buffer, 0, this.#filled, this.#file, {
      maxInterfaces: this.#maxInterfaces,
      isDecompressed: this.#source.isDecompressed,
    })
    this.#reader.window(this.#buffer, 0, this.#filled, this.#isLast)
  }

  // Moves what is not read yet to the beginning, in a larger buffer where it fills this one.
  #makeRoom(from: number): void {
    const kept = this.#buffer.subarray(from, this.#filled)
    if (kept.length < this.#buffer.length) {
      this.#buffer.copyWithin(0, from, this.#filled)
    } else {
      if (kept.length >= LARGEST_BUFFER_BYTES) throw new Error(`bug: ${kept.length} bytes carried over`)
      this.#buffer = new Uint8Array(LARGEST_BUFFER_BYTES)
      this.#buffer.set(kept)
    }
    this.#filled = kept.length
  }
}
