import { DETECT_BYTES } from '../capture/capture-format.js'
import { type DescribedReader, MAX_RECORD_BYTES, RECORD_OVERHEAD_BYTES } from '../capture/capture-reader.js'
import { createCaptureReader } from '../capture/open-capture-reader.js'
import type { ByteSource } from '../input/byte-source.js'
import { MAX_REASSEMBLED_BYTES, MAX_REASSEMBLED_DATAGRAMS, type ReassembledSpace } from '../wire/fragments.js'

const READ_BYTES = 2 * 1024 * 1024
const HEADROOM_BYTES = MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES
const AREA_BYTES = HEADROOM_BYTES + READ_BYTES
/** Datagrams begin at multiples of this. */
const ALIGN_BYTES = 8

/**
 * The memory that captures are read into, one after the other: room for the datagrams of one frame, and two areas that
 * are filled by turns. A record that is cut by an area's end is carried over to the headroom of the other one.
 *
 *   +-----------+----------+-------------+----------+-------------+
 *   | datagrams | headroom | read area 0 | headroom | read area 1 |
 *   +-----------+----------+-------------+----------+-------------+
 */
export class CaptureBuffer implements ReassembledSpace {
  readonly bytes: Uint8Array
  readonly #spaceBytes = MAX_REASSEMBLED_DATAGRAMS * (MAX_REASSEMBLED_BYTES + 2 * ALIGN_BYTES)
  readonly #areasFrom: number
  #reserved = 0

  constructor() {
    this.#areasFrom = Math.ceil(this.#spaceBytes / ALIGN_BYTES) * ALIGN_BYTES
    this.bytes = new Uint8Array(this.#areasFrom + 2 * AREA_BYTES)
  }

  /** Forgets the datagrams of the frame before. */
  startFrame(): void {
    this.#reserved = 0
  }

  reserve(bytes: number): number {
    const at = this.#reserved
    this.#reserved += Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES
    if (this.#reserved > this.#areasFrom) throw new Error(`bug: no room for a datagram of ${bytes} bytes`)
    return at
  }

  /**
   * Reads a capture from its first to its last byte, and closes its source. The next area is filled while `visit` works
   * on this one.
   *
   * @param visit Takes the packets of the reader's window. Returns true when the window has no more but the capture may.
   * @throws CaptureFormatError where the content is no capture.
   */
  async read(
    source: ByteSource,
    file: string,
    maxInterfaces: number,
    visit: (reader: DescribedReader) => boolean,
  ): Promise<DescribedReader> {
    const { bytes } = this
    let reader: DescribedReader | null = null
    let ahead: Promise<number> | null = null
    let area = 0
    try {
      let count = await source.read(this.#readArea(area))
      let from = this.#areaFrom(area)
      for (;;) {
        const to = this.#areaFrom(area) + count
        const isLast = count === 0 || source.isAtEnd
        if (!isLast) {
          ahead = source.read(this.#readArea(1 - area))
          ahead.catch(() => {}) // awaited below; a failure in the meantime must not count as unhandled
        }
        if (reader === null && (isLast || to - from >= DETECT_BYTES)) {
          const options = { maxInterfaces, isDecompressed: source.isDecompressed, countsComments: true }
          reader = createCaptureReader(bytes, from, to, file, options)
        }
        if (reader !== null) {
          reader.window(bytes, from, to, isLast)
          if (!visit(reader)) return reader
        }
        if (ahead === null) throw new Error('bug: a reader wants more than there is')
        const carryFrom: number = reader === null ? from : reader.position
        area = 1 - area
        from = this.#areaFrom(area) - (to - carryFrom)
        bytes.copyWithin(from, carryFrom, to)
        count = await ahead
        ahead = null
      }
    } finally {
      await source.close()
      await ahead?.catch(() => {})
    }
  }

  #areaFrom(area: number): number {
    return this.#areasFrom + area * AREA_BYTES + HEADROOM_BYTES
  }

  // The view lives as long as the read.
  #readArea(area: number): Uint8Array {
    const from = this.#areaFrom(area)
    return this.bytes.subarray(from, from + READ_BYTES)
  }
}
