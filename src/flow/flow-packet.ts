import { blankTransportFields, type TransportFields } from '../wire/transport-packet.js'

/** One packet as a worker gets it. The worker's loop makes one and reuses it. */
export interface FlowPacket extends TransportFields {
  /** Flow hash of the 5-tuple, int32, the same for both directions. */
  hash: number
  /** Number of the packet in the run, from 1; see `ConnectionTracker.startCapture`. */
  number: number
  tsSec: number
  tsNsec: number
  isNanosecond: boolean
}

export function blankFlowPacket(): FlowPacket {
  return { ...blankTransportFields(), hash: 0, number: 0, tsSec: 0, tsNsec: 0, isNanosecond: false }
}
