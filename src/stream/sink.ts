import type { TakeConflict } from './comparison.js'

/** What became of captured bytes that are not delivered, beside the kinds of `Outside`. */
export const Again = {
  /** They were seen before. `DIFFERENT` tells of those among them that have other content. */
  SEEN: -1,
  DIFFERENT: -2,
} as const

/**
 * Takes what became of captured bytes that are not delivered.
 *
 * @param fate   One of {@link Again} or `Outside`.
 * @param offset In the stream, as far as its start is known; negative before it; NaN: they have no place there.
 */
export type TakeFate = (half: number, fate: number, offset: number, length: number) => void

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
  /** Captured bytes that are not delivered. Absent or null: nobody asks. */
  readonly fate?: TakeFate | null
}
