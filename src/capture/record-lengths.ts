import { RECORD_HEADER_BYTES, type RecordLayout, readPcapHeader } from './pcap-header.js'
import { PcapRecords } from './pcap-records.js'
import { BlockType, isPacketBlock, minBlockBytes, paddedTo4, sectionByteOrder } from './pcapng-blocks.js'
import { LOOKAHEAD_BYTES } from './resync.js'

const LEAST_HEADER_BYTES = 24
const LEAST_BLOCK_BYTES = 12

/** Says how long a record of a capture is, whose place is known from an earlier reading. */
export class RecordLengths {
  readonly #layout: RecordLayout | null
  /** Bytes at the start of a record that say how long it is. */
  readonly headerBytes: number
  #records: PcapRecords | null = null
  #isLittleEndian = true

  /** @param layout Of pcap records. */
  constructor(isPcapng: boolean, layout: RecordLayout | undefined) {
    this.#layout = isPcapng ? null : (layout ?? 'standard')
    this.headerBytes = this.#layout === null ? 8 : RECORD_HEADER_BYTES[this.#layout]
  }

  /** Reads what is in `view[from, to)` besides records: the header of a file, or blocks. */
  readHeader(view: DataView, from: number, to: number): void {
    if (this.#layout !== null) {
      const header = to - from < LEAST_HEADER_BYTES ? null : readPcapHeader(view, from)
      if (header !== null) this.#records = new PcapRecords(header, this.#layout)
      return
    }
    for (let at = from; at + LEAST_BLOCK_BYTES <= to; ) {
      if (view.getUint32(at) === BlockType.SECTION_HEADER)
        this.#isLittleEndian = sectionByteOrder(view, at + 8) ?? this.#isLittleEndian
      at += Math.max(LEAST_BLOCK_BYTES, paddedTo4(view.getUint32(at + 4, this.#isLittleEndian)))
    }
  }

  /** Bytes of the record at `at`; -1 where none can be. */
  of(view: DataView, at: number): number {
    if (this.#layout === null) return this.#blockBytes(view, at)
    const records = this.#records
    if (records === null) return -1
    records.load(view, at)
    return records.capturedBytes > records.maxCapturedBytes ? -1 : this.headerBytes + records.capturedBytes
  }

  #blockBytes(view: DataView, at: number): number {
    const type = view.getUint32(at, this.#isLittleEndian)
    const bytes = view.getUint32(at + 4, this.#isLittleEndian)
    const isPossible = isPacketBlock(type) && bytes >= minBlockBytes(type) && bytes <= 2 * LOOKAHEAD_BYTES
    return isPossible ? paddedTo4(bytes) : -1
  }
}
