import type { TakeConflict } from './comparison.js'

/**
 * Receives the ordered bytes of the reassemblers. `half` is the number of a half-stream:
 * `2 * connection + side`, side 0 the originator.
 *
 * A view of bytes is valid only during the call.
 */
export interface StreamSink {
  /**
   * One chunk: the in-order payload `bytes[from, to)` of one segment or datagram, without bytes delivered before. Empty
   * for a datagram without payload.
   *
   * @param tsSec  Time of the packet that carried it.
   * @param tsNsec 0..999,999,999
   */
  data(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, tsNsec: number): void
  /**
   * `length` bytes that the capture lost, before the next chunk of this half-stream.
   *
   * @param streamOffset Offset of the first missing byte from the first payload byte of the half-stream.
   */
  gap(half: number, streamOffset: number, length: number): void
  /** Bytes that came twice, with other content. Absent or null: nobody asks for conflicts. */
  readonly conflict?: TakeConflict | null
}
