import { u16be, u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { ETHER_TYPE_CISCO_METADATA, layerOfTypeOnly } from '../link/ether-type.js'
import { decodeErspan, ERSPAN_I_II, ERSPAN_III } from './erspan.js'
import { decodeGreV1 } from './gre-v1.js'
import { fittingIp, ipOfVersion } from './ip-claim.js'
import { pppPayload } from './ppp-payload.js'

// Fields of the first two bytes (RFC 2784 §2.1, RFC 2890 §2, RFC 1701).
const HAS_CHECKSUM = 0x8000
const HAS_ROUTING = 0x4000
const HAS_KEY = 0x2000
const HAS_SEQUENCE = 0x1000
const VERSION_MASK = 0x0007

const MIN_HEADER_BYTES = 4
/** Length of each optional field: checksum and offset, key, sequence number. */
const FIELD_BYTES = 4
/** Family, offset and length of a source route entry. */
const ROUTE_ENTRY_BYTES = 4

// Protocol types that need their own decoder; all others are EtherTypes.
const TRANSPARENT_ETHERNET = 0x6558
const MIKROTIK_ETHERNET = 0x6400
const WCCP = 0x883e
const PPP = 0x880b
// Access points of Aruba put the number of a tunnel into the type. An 802.11 frame follows.
const ARUBA_FIRST = 0x8200
const ARUBA_LAST = 0x8370
const ARUBA_STEP = 0x0010
const LINK_TYPE_WLAN = 105

const WCCP_HEADER_BYTES = 4

/** EtherType, version and number of options, and one option of four bytes. */
const METADATA_BYTES = 8
const METADATA_VERSION_AND_LENGTH = 0x0101

/**
 * GRE version 0 with all optional fields, or version 1. NVGRE (RFC 7637 §3.2) is GRE with transparent Ethernet and a key
 * whose upper 24 bits are the subnet id.
 *
 * Source: RFC 2784 §2, RFC 2890 §2; for routing RFC 1701.
 */
export function decodeGre(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < MIN_HEADER_BYTES) return Layer.TRUNCATED
  const flags = u16be(bytes, at)
  const type = u16be(bytes, at + 2)
  const version = flags & VERSION_MASK
  if (version === 1) return decodeGreV1(bytes, cursor, flags, type)
  if (version !== 0) return Layer.NOT_IP

  let next = at + MIN_HEADER_BYTES
  if ((flags & (HAS_CHECKSUM | HAS_ROUTING)) !== 0) next += FIELD_BYTES
  const keyAt = next
  if ((flags & HAS_KEY) !== 0) next += FIELD_BYTES
  if ((flags & HAS_SEQUENCE) !== 0) next += FIELD_BYTES
  if (next > to) return Layer.TRUNCATED
  if ((flags & HAS_ROUTING) !== 0) next = behindRoutes(bytes, next, to)
  if (next < 0) return Layer.TRUNCATED

  cursor.at = next
  if (type === ERSPAN_I_II || type === ERSPAN_III) {
    return decodeErspan(bytes, cursor, type, (flags & HAS_SEQUENCE) !== 0)
  }
  if (type === WCCP) return decodeWccp(bytes, cursor)
  if ((flags & HAS_KEY) === 0) cursor.encaps.push(EncapKind.GRE, 0)
  else {
    const isNvgre = type === TRANSPARENT_ETHERNET && (flags & (HAS_CHECKSUM | HAS_SEQUENCE)) === 0
    cursor.encaps.push(isNvgre ? EncapKind.NVGRE : EncapKind.GRE_KEY, u32be(bytes, keyAt))
  }
  return layerOfType(bytes, cursor, type)
}

function layerOfType(bytes: Uint8Array, cursor: FrameCursor, type: number): number {
  switch (type) {
    case TRANSPARENT_ETHERNET:
    case MIKROTIK_ETHERNET:
      return Layer.ETHERNET
    case PPP:
      return pppPayload(bytes, cursor)
    case ETHER_TYPE_CISCO_METADATA:
      return behindCiscoMetadata(bytes, cursor)
    default:
      if (isAruba(type)) {
        cursor.linkType = LINK_TYPE_WLAN
        return Layer.LINK_TYPE
      }
      return layerOfTypeOnly(type)
  }
}

function isAruba(type: number): boolean {
  return type >= ARUBA_FIRST && type <= ARUBA_LAST && type % ARUBA_STEP === 0
}

/** Skips Cisco's metadata in GRE, where the EtherType of what follows comes before the metadata. */
function behindCiscoMetadata(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < METADATA_BYTES) return Layer.TRUNCATED
  if (u16be(bytes, at + 2) !== METADATA_VERSION_AND_LENGTH) return Layer.NOT_IP
  cursor.at = at + METADATA_BYTES
  return layerOfTypeOnly(u16be(bytes, at))
}

/** Offset after the source route entries at `at`, which end with an entry of length 0; -1 without such an entry. */
function behindRoutes(bytes: Uint8Array, at: number, to: number): number {
  for (let next = at; to - next >= ROUTE_ENTRY_BYTES; ) {
    const length = bytes[next + 3]!
    next += ROUTE_ENTRY_BYTES + length
    if (length === 0) return next
  }
  return -1
}

/**
 * IPv4 that a router redirects to a web cache. WCCP version 2 puts four bytes before the packet. Only the IP header's
 * version and length show whether they are there (draft-mclaggan-wccp-v2rev1 §4.12).
 */
function decodeWccp(bytes: Uint8Array, cursor: FrameCursor): number {
  cursor.encaps.push(EncapKind.WCCP, 0)
  if (fittingIp(bytes, cursor.at, cursor.to, cursor.wireTo)) return Layer.IP
  if (cursor.to - cursor.at < WCCP_HEADER_BYTES) return Layer.TRUNCATED
  cursor.at += WCCP_HEADER_BYTES
  return ipOfVersion(bytes, cursor, 4)
}
