import type { StreamSink } from '../stream/sink.js'
import type { FlowPacket } from './flow-packet.js'

/** What a packet is to the connection that it is told of. */
export const PacketRole = {
  MEMBER: 0,
  /** It counts there, because it is of the 5-tuple and belongs to no connection. */
  OUTSIDE: 1,
  /** A copy of a member that the way of capturing made. */
  COPY: 2,
  /** An ICMP error that quotes one of its packets; `side` is that one's sender. */
  ERROR: 3,
} as const

/** Receives the connections of one worker: their lives, and through {@link StreamSink} their payload. */
export interface ConnectionSink extends StreamSink {
  /** A connection was made: endpoints, first time and `firstNumber` stand in the table. In the order of first packets. */
  opened(connection: number): void
  /**
   * A packet that `side` of the connection sent, before what it delivers; `role` is one of {@link PacketRole}, and `packet` and the positions in it are valid during
   * the call. Null: nobody asks for packets.
   */
  readonly packet:
    | ((connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket, role: number) => void)
    | null
  /** No payload is expected any more (late segments may still come): what is buffered can be written. */
  closed(connection: number): void
  /** The connection is over and its record complete. Its number is free after the call. */
  finished(connection: number): void
}
