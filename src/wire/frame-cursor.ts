import type { EncapWriter } from './encap-table.js'

/** The decoder's position in a frame. Layer decoders move it from the outside in. */
export interface FrameCursor {
  /** Offset of the first byte of the next layer. */
  at: number
  /** Offset one past the last captured byte. */
  to: number
  /** Offset at which the frame ended on the wire, at least `to`. */
  wireTo: number
  /** Outer headers are pushed here. */
  readonly encaps: EncapWriter
  /** The link type that a header named for what follows it; goes with `Layer.LINK_TYPE`. */
  linkType: number
  /** Offset of the next packet of the same frame, and the frame's ends as in `to` and `wireTo`; -1: there is none. */
  moreAt: number
  moreTo: number
  moreWireTo: number
}

/** A new cursor. Set its fields before the first use. */
export function blankFrameCursor(encaps: EncapWriter): FrameCursor {
  return { at: 0, to: 0, wireTo: 0, encaps, linkType: 0, moreAt: -1, moreTo: 0, moreWireTo: 0 }
}

/** What comes next in a frame. Those below `IP` end the walk; those above index the decoder's table, see `LAYERS`. */
export const Layer = {
  /** Nothing that carries IP, or nothing the program knows. */
  NOT_IP: 0,
  /** The captured bytes end inside the header. */
  TRUNCATED: 1,
  /** A length in the header cannot be. */
  MALFORMED: 2,
  /** What follows is encrypted by the link layer. */
  ENCRYPTED: 3,
  /** What follows is a part of a packet that the link layer cut. */
  PART: 4,
  /** The capture says that the frame was received damaged. */
  DAMAGED: 5,
  /** A frame of a link type that cannot be decoded, `cursor.linkType`. */
  UNKNOWN: 6,
  /** An IPv4 or IPv6 header, told apart by its version field. */
  IP: 7,
  ETHERNET: 8,
  /** A VLAN tag behind its TPID. */
  VLAN: 9,
  /** An LLC header (IEEE 802.2). */
  LLC: 10,
  /** One label of an MPLS stack. */
  MPLS: 11,
  /** A PPPoE header. */
  PPPOE: 12,
  /** A PPP protocol field. */
  PPP: 13,
  /** The I-TAG of a provider backbone bridge behind its EtherType. */
  BACKBONE_TAG: 14,
  /** Cisco FabricPath's tag behind its EtherType. */
  FABRIC_PATH: 15,
  /** A frame of the link type `cursor.linkType`. */
  LINK_TYPE: 16,
  /** A subframe of an aggregated frame (A-MSDU, IEEE 802.11). */
  AMSDU: 17,
  /** A network service header (RFC 8300). */
  NSH: 18,
  /** Cisco's metadata behind its EtherType. */
  CISCO_METADATA: 19,
  /** The tag of MACsec behind its EtherType. */
  MACSEC: 20,
  /** A tag of four or six bytes, without interest, behind its TPID. */
  TAG_4: 21,
  TAG_6: 22,
} as const

/** Ends the frame at `end` where it is longer: a header said how much follows it. */
export function endAt(cursor: FrameCursor, end: number): void {
  if (end < cursor.wireTo) cursor.wireTo = end
  if (end < cursor.to) cursor.to = end
}

/** Moves the cursor over `bytes` bytes; false, and nothing changed, when the captured bytes end before. */
export function trySkip(cursor: FrameCursor, bytes: number): boolean {
  if (cursor.to - cursor.at < bytes) return false
  cursor.at += bytes
  return true
}

/**
 * Decodes one header at `cursor.at`, moves the cursor behind it and returns what follows, a value of
 * {@link Layer}. Allocates nothing and never throws.
 */
export type LayerDecoder = (bytes: Uint8Array, cursor: FrameCursor) => number
