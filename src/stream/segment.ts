/** What was captured of a segment: its payload is `bytes[payloadFrom, payloadFrom + payloadBytes)`. */
export interface Segment {
  readonly payloadFrom: number
  readonly payloadBytes: number
  /** Bytes of payload on the wire; not fewer than were captured. */
  readonly originalPayloadBytes: number
  /** Last byte of the captured payload; meaningful where there is one. */
  readonly lastByte: number
  /** Number of the packet. */
  readonly number: number
  readonly tsSec: number
  readonly tsNsec: number
}
