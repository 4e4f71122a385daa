import { u16be } from '../../bytes/endian.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'

const LENGTH = 12
/** Two addresses and the length. */
const HEADER_BYTES = 14
/** Alignment of subframes, counted from the start of the first. */
const ALIGNMENT = 4

/**
 * A subframe of an aggregated frame (A-MSDU): two addresses, a length and an LLC header. Sets the cursor's `moreAt` to
 * the next subframe, which is another packet.
 *
 * Source: IEEE 802.11-2020 §9.3.2.2.2.
 */
export function decodeAmsdu(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to, wireTo } = cursor
  if (to - at < HEADER_BYTES) return Layer.TRUNCATED
  const length = u16be(bytes, at + LENGTH)
  if (length > wireTo - at - HEADER_BYTES) return Layer.MALFORMED
  const end = at + HEADER_BYTES + length
  const next = at + Math.ceil((HEADER_BYTES + length) / ALIGNMENT) * ALIGNMENT
  if (wireTo - next >= HEADER_BYTES) {
    cursor.moreAt = next
    cursor.moreTo = to
    cursor.moreWireTo = wireTo
  }
  cursor.at = at + HEADER_BYTES
  endAt(cursor, end)
  return Layer.LLC
}
