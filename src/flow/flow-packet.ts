import type { PacketTuple } from '../wire/transport-packet.js'

/** One packet as a worker gets it. The worker's loop makes one and reuses it. */
export interface FlowPacket extends PacketTuple {
  /** Flow hash of the 5-tuple, uint32, the same for both directions. */
  hash: number
  /** Number of the packet in the run, from 1; see `ConnectionTracker.startCapture`. */
  number: number
  tsSec: number
  tsNsec: number
  isNanosecond: boolean
  payloadFrom: number
  payloadBytes: number
  originalPayloadBytes: number
  seq: number
  ack: number
  tcpFlags: number
  window: number
  ipBytes: number
  encapId: number
}

export function blankFlowPacket(): FlowPacket {
  return {
    protocol: 0,
    ipVersion: 4,
    src: 0,
    dst: 0,
    srcPort: 0,
    dstPort: 0,
    hash: 0,
    number: 0,
    tsSec: 0,
    tsNsec: 0,
    isNanosecond: false,
    payloadFrom: 0,
    payloadBytes: 0,
    originalPayloadBytes: 0,
    seq: 0,
    ack: 0,
    tcpFlags: 0,
    window: 0,
    ipBytes: 0,
    encapId: 0,
  }
}
