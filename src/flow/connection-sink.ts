import type { StreamSink } from '../stream/sink.js'

/** Receives the connections of one worker: their lives, and through {@link StreamSink} their payload. */
export interface ConnectionSink extends StreamSink {
  /** A connection was made: endpoints, first time and `firstNumber` stand in the table. In the order of first packets. */
  opened(connection: number): void
  /** No payload is expected any more (late segments may still come): what is buffered can be written. */
  closed(connection: number): void
  /** The connection's last word: its record is complete; its number is free after the call. */
  finished(connection: number): void
}
