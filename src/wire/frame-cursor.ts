import type { EncapWriter } from './encap-table.js'

/** Where the decoder stands in a frame. Layer decoders move it from the outside in. */
export interface FrameCursor {
  /** Offset of the first byte of the next layer. */
  at: number
  /** Offset one past the last captured byte. */
  to: number
  /** Offset at which the frame ended on the wire, at least `to`. */
  wireTo: number
  /** Takes the description of the outer headers. */
  readonly encaps: EncapWriter
}

/** What comes next in a frame. The values index the decoder's table, see `LAYERS`. */
export const Layer = {
  /** Nothing that carries IP, or nothing the program knows. */
  NOT_IP: 0,
  /** The captured bytes end inside the header. */
  TRUNCATED: 1,
  /** An IPv4 or IPv6 header, told apart by its version field. */
  IP: 2,
  ETHERNET: 3,
  /** A VLAN tag behind its TPID. */
  VLAN: 4,
  /** An LLC header (IEEE 802.2). */
  LLC: 5,
  /** One label of an MPLS stack. */
  MPLS: 6,
  /** A PPPoE header. */
  PPPOE: 7,
  /** A PPP protocol field. */
  PPP: 8,
  /** The I-TAG of a provider backbone bridge behind its EtherType. */
  BACKBONE_TAG: 9,
  /** Cisco FabricPath's tag behind its EtherType. */
  FABRIC_PATH: 10,
} as const

/** Ends the frame at `end` where it is longer: a header said how much follows it. */
export function endAt(cursor: FrameCursor, end: number): void {
  if (end < cursor.wireTo) cursor.wireTo = end
  if (end < cursor.to) cursor.to = end
}

/**
 * Decodes one header at `cursor.at`, moves the cursor behind it and returns what follows, a value of
 * {@link Layer}. Allocates nothing and never throws.
 */
export type LayerDecoder = (bytes: Uint8Array, cursor: FrameCursor) => number
