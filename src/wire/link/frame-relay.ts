import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { layerOfTypeOnly } from './ether-type.js'
import { decodeSnap } from './llc.js'
import { decodeNlpid } from './nlpid.js'

/** The lowest bit of an address byte marks the last one. */
const LAST_ADDRESS_BYTE = 0x01
const MIN_ADDRESS_BYTES = 2
const MAX_ADDRESS_BYTES = 4
const UNNUMBERED_INFORMATION = 0x03
const PADDING = 0x00
const NLPID_SNAP = 0x80
/** FRF.12 end-to-end fragment. */
const NLPID_FRAGMENT = 0xb1

/**
 * LINKTYPE_FRELAY: an address of two to four bytes, then a control byte and an NLPID, or Cisco's EtherType.
 *
 * Source: RFC 2427 §3, §4; ITU-T Q.922 §2.
 */
export function decodeFrameRelay(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  let addressBytes = 1
  for (;;) {
    if (to - at < addressBytes) return Layer.TRUNCATED
    if ((bytes[at + addressBytes - 1]! & LAST_ADDRESS_BYTE) !== 0) break
    if (addressBytes === MAX_ADDRESS_BYTES) return Layer.MALFORMED
    addressBytes += 1
  }
  if (addressBytes < MIN_ADDRESS_BYTES) return Layer.MALFORMED
  cursor.at = at + addressBytes
  if (to - cursor.at < 2) return Layer.TRUNCATED
  if (bytes[cursor.at] !== UNNUMBERED_INFORMATION) {
    cursor.at += 2
    return layerOfTypeOnly(u16be(bytes, cursor.at - 2))
  }
  cursor.at += 1
  if (bytes[cursor.at] === PADDING) cursor.at += 1
  if (cursor.at === to) return Layer.TRUNCATED
  switch (bytes[cursor.at]) {
    case NLPID_SNAP:
      cursor.at += 1
      return decodeSnap(bytes, cursor, 0)
    case NLPID_FRAGMENT:
      return Layer.PART
    default:
      return decodeNlpid(bytes, cursor)
  }
}

/** LINKTYPE_FRELAY_WITH_DIR: a direction byte, then the frame. */
export function decodeFrameRelayWithDirection(bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, 1) ? decodeFrameRelay(bytes, cursor) : Layer.TRUNCATED
}

const MFR_HEADER_BYTES = 2
const MFR_BEGIN_AND_END = 0xc0
const MFR_CONTROL = 0x20

/** LINKTYPE_MFR: the header of multilink frame relay (FRF.16 §2.2), then a frame or a part of one. */
export function decodeMultilinkFrameRelay(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, MFR_HEADER_BYTES)) return Layer.TRUNCATED
  if ((bytes[at]! & MFR_CONTROL) !== 0) return Layer.NOT_IP
  return (bytes[at]! & MFR_BEGIN_AND_END) === MFR_BEGIN_AND_END ? decodeFrameRelay(bytes, cursor) : Layer.PART
}
