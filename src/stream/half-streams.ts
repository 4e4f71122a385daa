import type { LimitMarks } from './limit-marks.js'

/** Bits that record what was seen of one side of a TCP connection, and the state of its half-stream. */
export const HalfSeen = {
  /** A SYN without ACK. */
  SYN: 1,
  /** A SYN with ACK. */
  SYN_ACK: 2,
  FIN: 4,
  RST: 8,
  /** Payload. */
  DATA: 16,
  /** Early segments are held. */
  HELD: 32,
  /** Joined in the middle: the stream's start is not settled yet, and all segments are held. */
  UNSETTLED: 64,
  /** The sequence number of stream offset 0 is known (from SYN, from the peer's ACK of it, or settled). */
  STARTED: 128,
} as const

/** The columns of half-streams that a reassembler works on; see `ConnectionTable` for their meaning. */
export interface HalfStreams {
  readonly halfSeen: Uint8Array
  /** Packets sent by the side, including the current one. */
  readonly packets: Float64Array
  readonly nextSeq: Int32Array
  readonly nextOffset: Float64Array
  /** Byte before `nextOffset`, plus 1; 0: none was delivered there. */
  readonly lastByte: Uint16Array
  readonly highOffset: Float64Array
  readonly ackedOffset: Float64Array
  readonly finOffset: Float64Array
  /** Largest window that this side has announced, in bytes. */
  readonly windowBytes: Uint32Array
  readonly payloadBytes: Float64Array
  readonly missedBytes: Float64Array
  readonly repeatedBytes: Float64Array
  readonly conflictBytes: Float64Array
  readonly outsideBytes: Float64Array
  readonly retransmissions: Uint32Array
  readonly dataPackets: Float64Array
  readonly messages: Float64Array
  readonly gaps: Uint32Array
  /** See `RecentSegments`. */
  readonly latestSegment: Int32Array
  /** By connection. */
  readonly lastSpeaker: Uint8Array
  /** Highest time of a packet, by connection. */
  readonly lastSec: Float64Array
  readonly lastNsec: Uint32Array
  /** By connection. */
  readonly limits: LimitMarks
}
