import { i32be, u16be } from '../bytes/endian.js'

/** Chunks that a reassembler asks for (RFC 9260 §3.2; I-DATA and I-FORWARD-TSN: RFC 8260; FORWARD-TSN: RFC 3758). */
export const SctpChunk = {
  DATA: 0,
  INIT: 1,
  INIT_ACK: 2,
  SACK: 3,
  I_DATA: 64,
  FORWARD_TSN: 192,
  I_FORWARD_TSN: 194,
} as const

/** Where the Verification Tag is in the common header of a packet (RFC 9260 §3.1). */
export const VERIFICATION_TAG = 4
const HEADER_BYTES = 4
const DATA_HEADER_BYTES = 16
const I_DATA_HEADER_BYTES = 20
/** Of INIT and INIT ACK: where the Initiate Tag and the initial TSN are (RFC 9260 §3.3.2). */
const INITIATE_TAG = 4
const INITIAL_TSN = 16
/** Of all others that have one. */
const TSN = 4
const TSN_BYTES = 4

/**
 * The chunks of an SCTP packet, one after the other, that have a TSN: those of {@link SctpChunk}. It ends at the first
 * chunk whose length is impossible, or whose TSN was not captured. Source: RFC 9260 §3.2.
 */
export class SctpChunks {
  /** One of {@link SctpChunk}. */
  type = 0
  /** Of its data; its initial TSN; or the TSN that it acknowledges or skips to, with all before. int32 */
  tsn = 0
  /** Of INIT and INIT ACK: the Verification Tag of what comes back. int32 */
  initiateTag = 0
  /** User data: `bytes[dataFrom, dataTo)`, and so many bytes that were not captured. */
  dataFrom = 0
  dataTo = 0
  cut = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  #to = 0
  #wireTo = 0

  /** @param wireTo Where the packet ended on the wire. */
  begin(bytes: Uint8Array, from: number, to: number, wireTo: number): void {
    this.#bytes = bytes
    this.#at = from
    this.#to = to
    this.#wireTo = wireTo
  }

  /** Reads the next chunk; false: there is none. */
  next(): boolean {
    while (this.#at + HEADER_BYTES <= this.#to) {
      const at = this.#at
      const length = u16be(this.#bytes, at + 2)
      if (length < HEADER_BYTES) return false
      const end = Math.min(at + length, this.#wireTo)
      this.#at = at + ((length + 3) & ~3)
      const type = this.#bytes[at]!
      const tsnAt = at + tsnOffset(type)
      if (tsnAt < at || tsnAt + TSN_BYTES > end) continue
      if (tsnAt + TSN_BYTES > this.#to) return false
      const dataFrom = Math.min(end, at + headerBytes(type))
      this.type = type
      this.tsn = i32be(this.#bytes, tsnAt)
      if (tsnAt === at + INITIAL_TSN) this.initiateTag = i32be(this.#bytes, at + INITIATE_TAG)
      this.dataFrom = Math.min(dataFrom, this.#to)
      this.dataTo = Math.max(this.dataFrom, Math.min(end, this.#to))
      this.cut = end - dataFrom - (this.dataTo - this.dataFrom)
      return true
    }
    return false
  }
}

// Where a chunk of this type has its TSN; negative: it has none.
function tsnOffset(type: number): number {
  switch (type) {
    case SctpChunk.INIT:
    case SctpChunk.INIT_ACK:
      return INITIAL_TSN
    case SctpChunk.DATA:
    case SctpChunk.I_DATA:
    case SctpChunk.SACK:
    case SctpChunk.FORWARD_TSN:
    case SctpChunk.I_FORWARD_TSN:
      return TSN
    default:
      return -1
  }
}

// Bytes before the user data; of chunks without user data as many as a chunk can have.
function headerBytes(type: number): number {
  if (type === SctpChunk.DATA) return DATA_HEADER_BYTES
  return type === SctpChunk.I_DATA ? I_DATA_HEADER_BYTES : Infinity
}
