import type { StreamSink } from '../stream/sink.js'
import type { FlowPacket } from './flow-packet.js'

/** Receives the connections of one worker: their lives, and through {@link StreamSink} their payload. */
export interface ConnectionSink extends StreamSink {
  /** A connection was made: endpoints, first time and `firstNumber` stand in the table. In the order of first packets. */
  opened(connection: number): void
  /**
   * A packet that `side` of the connection sent, before what it delivers; `packet` and the positions in it are valid during
   * the call. Null: nobody asks for packets.
   */
  readonly packet: ((connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket) => void) | null
  /** No payload is expected any more (late segments may still come): what is buffered can be written. */
  closed(connection: number): void
  /** The connection is over and its record complete. Its number is free after the call. */
  finished(connection: number): void
}
