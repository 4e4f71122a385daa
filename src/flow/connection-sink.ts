import type { StreamSink } from '../stream/sink.js'

/** Receives the connections of one worker: their lives, and through {@link StreamSink} their payload. */
export interface ConnectionSink extends StreamSink {
  /**
   * A connection was made: endpoints, first time and `firstNumber` stand in the table. The sink sets `nameOrdinal`.
   *
   * @param previous   The connection of the same key before it that the table still has, or `NONE`. Its first
   *                   second may be the same, then the new one takes the next ordinal.
   * @param isTimeBack Connections that were forgotten may share its name: the capture's time has gone back, or
   *                   the table was full.
   */
  opened(connection: number, previous: number, isTimeBack: boolean): void
  /** No payload is expected any more (late segments may still come): what is buffered can be written. */
  closed(connection: number): void
  /** The connection's last word: its record is complete; its number is free after the call. */
  finished(connection: number): void
}
