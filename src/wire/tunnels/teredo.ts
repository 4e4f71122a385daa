import { u16be, u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { exactIp } from './ip-claim.js'

const AUTHENTICATION = 0x0001
/** Type, two lengths, an 8-byte nonce and a confirmation byte, without the two fields whose lengths are given. */
const AUTHENTICATION_BYTES = 13
const ORIGIN = 0x0000
const ORIGIN_BYTES = 8

const SRC = 8
const DST = 24
const IPV6_HEADER_BYTES = 40
/** 2001:0::/32 */
const TEREDO_PREFIX = 0x20010000
/** fe80::/16, in messages between a client and its server. */
const LINK_LOCAL_PREFIX = 0xfe80

/**
 * IPv6 in a Teredo packet, after optional authentication and origin indications. One of its addresses must be a Teredo
 * address.
 *
 * Source: RFC 4380 §4, §5.1.1.
 */
export function decodeTeredo(bytes: Uint8Array, cursor: FrameCursor): number {
  const { to } = cursor
  let { at } = cursor
  if (to - at >= AUTHENTICATION_BYTES && u16be(bytes, at) === AUTHENTICATION) {
    at += AUTHENTICATION_BYTES + bytes[at + 2]! + bytes[at + 3]!
  }
  if (to - at >= ORIGIN_BYTES && u16be(bytes, at) === ORIGIN) at += ORIGIN_BYTES
  if (to - at < IPV6_HEADER_BYTES) return Layer.TRUNCATED
  if (bytes[at]! >> 4 !== 6 || !hasTeredoAddress(bytes, at)) return Layer.NOT_IP
  cursor.encaps.push(EncapKind.TEREDO, 0)
  cursor.at = at
  return exactIp(bytes, at, to, cursor.wireTo) ? Layer.IP : Layer.NOT_IP
}

function hasTeredoAddress(bytes: Uint8Array, at: number): boolean {
  return (
    u32be(bytes, at + SRC) === TEREDO_PREFIX ||
    u32be(bytes, at + DST) === TEREDO_PREFIX ||
    u16be(bytes, at + SRC) === LINK_LOCAL_PREFIX
  )
}
