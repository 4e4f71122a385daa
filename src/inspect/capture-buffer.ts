import { TwoAreas } from '../input/capture-windows.js'
import { MAX_REASSEMBLED_BYTES, MAX_REASSEMBLED_DATAGRAMS, type ReassembledSpace } from '../wire/fragments.js'

const READ_BYTES = 2 * 1024 * 1024
/** Alignment of datagrams. */
const ALIGN_BYTES = 8

/**
 * The memory for reading captures, used for one capture after the other: space for the reassembled datagrams of one
 * frame, and two read areas that are filled in turn.
 *
 *   +-----------+----------+-------------+----------+-------------+
 *   | datagrams | headroom | read area 0 | headroom | read area 1 |
 *   +-----------+----------+-------------+----------+-------------+
 */
export class CaptureBuffer implements ReassembledSpace {
  readonly bytes: Uint8Array
  readonly areas: TwoAreas
  readonly #spaceBytes = MAX_REASSEMBLED_DATAGRAMS * (MAX_REASSEMBLED_BYTES + 2 * ALIGN_BYTES)
  readonly #areasFrom: number
  #reserved = 0

  constructor() {
    this.#areasFrom = Math.ceil(this.#spaceBytes / ALIGN_BYTES) * ALIGN_BYTES
    this.bytes = new Uint8Array(this.#areasFrom + TwoAreas.bytesOf(READ_BYTES))
    this.areas = new TwoAreas(READ_BYTES, this.bytes, this.#areasFrom)
  }

  /** Frees the datagrams of the previous frame. */
  startFrame(): void {
    this.#reserved = 0
  }

  reserve(bytes: number): number {
    const at = this.#reserved
    this.#reserved += Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES
    if (this.#reserved > this.#areasFrom) throw new Error(`bug: no room for a datagram of ${bytes} bytes`)
    return at
  }
}
