import type { EncapWriter } from './encap-table.js'

/** The decoder's position in a frame. Each layer decoder moves it inwards. */
export interface FrameCursor {
  /** Offset of the first byte of the next layer. */
  at: number
  /** Offset one past the last captured byte. */
  to: number
  /** Offset where the frame ended on the wire, at least `to`. */
  wireTo: number
  /** Receives the outer headers. */
  readonly encaps: EncapWriter
  /** Link type of the frame that follows a header which names it; for `Layer.LINK_TYPE`. */
  linkType: number
  /** Offset of the next packet in the same frame, or -1; and that packet's `to` and `wireTo`. */
  moreAt: number
  moreTo: number
  moreWireTo: number
}

/** Makes a cursor. Set its fields before the first use. */
export function blankFrameCursor(encaps: EncapWriter): FrameCursor {
  return { at: 0, to: 0, wireTo: 0, encaps, linkType: 0, moreAt: -1, moreTo: 0, moreWireTo: 0 }
}

/** What comes next in a frame. Values below `IP` end the walk; values above it index the table `LAYERS`. */
export const Layer = {
  /** Something that does not carry IP, or is not known. */
  NOT_IP: 0,
  /** The captured bytes end inside the header. */
  TRUNCATED: 1,
  /** A length in the header is impossible. */
  MALFORMED: 2,
  /** The link layer encrypted the rest. */
  ENCRYPTED: 3,
  /** The rest is one part of a packet that the link layer split. */
  PART: 4,
  /** The capture says that the frame was received damaged. */
  DAMAGED: 5,
  /** A frame of a link type that cannot be decoded, `cursor.linkType`. */
  UNKNOWN: 6,
  /** An IPv4 or IPv6 header; its version field says which. */
  IP: 7,
  ETHERNET: 8,
  /** A VLAN tag after its TPID. */
  VLAN: 9,
  /** An LLC header (IEEE 802.2). */
  LLC: 10,
  /** One label of an MPLS stack. */
  MPLS: 11,
  /** A PPPoE header. */
  PPPOE: 12,
  /** A PPP protocol field. */
  PPP: 13,
  /** The I-TAG of a provider backbone bridge after its EtherType. */
  BACKBONE_TAG: 14,
  /** Cisco FabricPath's tag after its EtherType. */
  FABRIC_PATH: 15,
  /** A frame of the link type `cursor.linkType`. */
  LINK_TYPE: 16,
  /** A subframe of an aggregated frame (A-MSDU, IEEE 802.11). */
  AMSDU: 17,
  /** A network service header (RFC 8300). */
  NSH: 18,
  /** Cisco's metadata after its EtherType. */
  CISCO_METADATA: 19,
  /** The tag of MACsec after its EtherType. */
  MACSEC: 20,
  /** A tag of four or six bytes after its TPID; its content is ignored. */
  TAG_4: 21,
  TAG_6: 22,
  /** The header of TRILL behind its EtherType. */
  TRILL: 23,
  /** A time of Arista's behind its EtherType. */
  ARISTA_TIMESTAMP: 24,
} as const

/** Cuts the frame at `end` if it is longer, because a header gave its length. */
export function endAt(cursor: FrameCursor, end: number): void {
  if (end < cursor.wireTo) cursor.wireTo = end
  if (end < cursor.to) cursor.to = end
}

/** Moves the cursor forward by `bytes`. Returns false, changing nothing, when fewer bytes were captured. */
export function trySkip(cursor: FrameCursor, bytes: number): boolean {
  if (cursor.to - cursor.at < bytes) return false
  cursor.at += bytes
  return true
}

/**
 * Decodes one header at `cursor.at`, moves the cursor past it and returns what follows, a value of {@link Layer}.
 * Allocates nothing and never throws.
 */
export type LayerDecoder = (bytes: Uint8Array, cursor: FrameCursor) => number
