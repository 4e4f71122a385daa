import { u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { fittingIp, isEthernetWithIp } from './ip-claim.js'
import { pppPayload } from './ppp-payload.js'

const SESSION_BYTES = 4
// Address, control and protocol.
const PPP_HEADER_BYTES = 4
const PPP_IPV4 = 0xff030021
const PPP_IPV6 = 0xff030057
/** A cookie of 0, 4 or 8 bytes and a sublayer of 0 or 4 lie between session and frame; only the peers know. */
const FRAME_OFFSETS: readonly number[] = [0, 4, 8, 12]

/**
 * Data of L2TPv3 over IP, or over UDP behind its first four bytes: an Ethernet frame or PPP, found where one with IP
 * inside can be. Session 0 is control traffic.
 *
 * Source: RFC 3931 §4.1.1, RFC 4719 §3.2.
 */
export function decodeL2tpV3(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to, wireTo } = cursor
  if (to - at < SESSION_BYTES) return Layer.TRUNCATED
  const session = u32be(bytes, at)
  if (session === 0) return Layer.NOT_IP
  for (const offset of FRAME_OFFSETS) {
    const frameAt = at + SESSION_BYTES + offset
    const isEthernet = isEthernetWithIp(bytes, frameAt, to, wireTo)
    if (!isEthernet && !isPppWithIp(bytes, frameAt, to, wireTo)) continue
    cursor.encaps.push(EncapKind.L2TP_V3, session)
    cursor.at = frameAt
    return isEthernet ? Layer.ETHERNET : pppPayload(bytes, cursor)
  }
  return Layer.NOT_IP
}

function isPppWithIp(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  const ipAt = at + PPP_HEADER_BYTES
  if (ipAt > to) return false
  const header = u32be(bytes, at)
  return (header === PPP_IPV4 || header === PPP_IPV6) && fittingIp(bytes, ipAt, to, wireTo)
}
