import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'

/** Protocol types of GRE. */
export const ERSPAN_I_II = 0x88be
export const ERSPAN_III = 0x22eb

const VERSION_II = 1
const VERSION_III = 2
const HEADER_II_BYTES = 8
const HEADER_III_BYTES = 12
const SUBHEADER_BYTES = 8

const VLAN_MASK = 0x0fff
// Type II says how the mirrored frame was tagged before its tag was removed.
const TAGGING_SHIFT = 11
const TAGGING_MASK = 3
const TAGGING_ISL = 1
const TAGGING_8021Q = 2
const SESSION_MASK = 0x03ff

// The last two bytes of type III's header.
const FRAME_TYPE_SHIFT = 10
const FRAME_TYPE_MASK = 0x1f
const FRAME_TYPE_ETHERNET = 0
const FRAME_TYPE_IP = 2
const HAS_SUBHEADER = 0x0001

/**
 * A mirrored frame. Type I has no ERSPAN header and no sequence number in the GRE header. Types II and III have a header
 * with a version.
 *
 * @param type Protocol type of the GRE header before the cursor.
 *
 * Source: draft-foschiano-erspan-03 §4.
 */
export function decodeErspan(
  bytes: Uint8Array,
  cursor: FrameCursor,
  type: number,
  hasSequence: boolean,
): number {
  const { at, to } = cursor
  if (type === ERSPAN_I_II && !hasSequence) {
    cursor.encaps.push(EncapKind.ERSPAN_I, 0)
    return Layer.ETHERNET
  }
  if (to - at < HEADER_II_BYTES) return Layer.TRUNCATED
  const version = bytes[at]! >> 4
  const second = u16be(bytes, at + 2)
  cursor.encaps.push(EncapKind.ERSPAN, second & SESSION_MASK)
  if (version === VERSION_II) {
    const tagging = (second >> TAGGING_SHIFT) & TAGGING_MASK
    if (tagging === TAGGING_ISL || tagging === TAGGING_8021Q) {
      cursor.encaps.push(EncapKind.VLAN, u16be(bytes, at) & VLAN_MASK)
    }
    cursor.at = at + HEADER_II_BYTES
    return Layer.ETHERNET
  }
  if (version !== VERSION_III) return Layer.NOT_IP
  if (to - at < HEADER_III_BYTES) return Layer.TRUNCATED
  const last = u16be(bytes, at + HEADER_III_BYTES - 2)
  const hasSubheader = (last & HAS_SUBHEADER) !== 0
  cursor.at = at + HEADER_III_BYTES + (hasSubheader ? SUBHEADER_BYTES : 0)
  switch ((last >> FRAME_TYPE_SHIFT) & FRAME_TYPE_MASK) {
    case FRAME_TYPE_ETHERNET:
      return Layer.ETHERNET
    case FRAME_TYPE_IP:
      return Layer.IP
    default:
      return Layer.NOT_IP
  }
}
