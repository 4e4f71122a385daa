import { BlankTransportFields, type QuotedPacket, type TransportFields } from '../wire/transport-packet.js'
import type { PacketPlace } from './packet-place.js'

/** One packet as a worker gets it. The worker's loop makes one and reuses it. */
export interface FlowPacket extends TransportFields {
  /** Flow hash of the 5-tuple, int32, the same for both directions. */
  hash: number
  /** Position of its record among those of its worker, int32 that wraps around. */
  record: number
  /** Number of the packet in the run, from 1; see `ConnectionTracker.startCapture`. */
  number: number
  tsSec: number
  tsNsec: number
  isNanosecond: boolean
  /** Last byte of the payload; meaningful where there is one. */
  lastByte: number
  /**
   * The frame is `bytes[frameFrom, frameFrom + frameBytes)`, as captured; of a reassembled packet the frame that completed
   * it. Valid as long as the payload.
   */
  frameFrom: number
  frameBytes: number
  /** Number of the interface that saw it, among those of its input, modulo 2^16. */
  interfaceId: number
  /** Number of its input, in the order in which a run reads them, from 0; inputs that are merged are one. */
  input: number
  /** `inputBase + frameFrom` is the frame's offset in the (decompressed) input; the record's header is before it. */
  inputBase: number
  /** Bytes of its record before the frame. */
  recordBytes: number
  /** Where the packet stands, if it has this one's `number`: of packets where the fields above do not say it. */
  place: PacketPlace | null
}

class BlankFlowPacket extends BlankTransportFields implements FlowPacket {
  hash = 0
  record = 0
  number = 0
  tsSec = 0
  tsNsec = 0
  isNanosecond = false
  lastByte = 0
  frameFrom = 0
  frameBytes = 0
  interfaceId = 0
  input = 0
  inputBase = 0
  recordBytes = 0
  place: PacketPlace | null = null
}

export function blankFlowPacket(): FlowPacket {
  return new BlankFlowPacket()
}

/** What an ICMP error quotes, as a worker gets it. The worker's loop makes one and reuses it. */
export interface FlowQuote extends QuotedPacket {
  /** Flow hash of the quoted 5-tuple. */
  hash: number
  /** Time of the error. */
  tsSec: number
  tsNsec: number
  /** The error itself, without its addresses; its hash is another one for each 5-tuple that is quoted. */
  readonly error: FlowPacket
}

export function blankFlowQuote(): FlowQuote {
  return {
    protocol: 0,
    ipVersion: 4,
    src: 0,
    dst: 0,
    srcPort: 0,
    dstPort: 0,
    seq: 0,
    hasSeq: false,
    hash: 0,
    tsSec: 0,
    tsNsec: 0,
    error: blankFlowPacket(),
  }
}

/** Says of `packet` that it stands in the same window as another one, and where, if that is said. */
export function placeLike(packet: FlowPacket, { input, inputBase, recordBytes, place }: FlowPacket): void {
  packet.input = input
  packet.inputBase = inputBase
  packet.recordBytes = recordBytes
  packet.place = place
}
