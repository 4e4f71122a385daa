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
/** Possible lengths of cookie (0, 4 or 8) plus sublayer (0 or 4) before the frame. Only the peers know which. */
const FRAME_OFFSETS: readonly number[] = [0, 4, 8, 12]

/**
 * L2TPv3 data over IP, or over UDP after its first four bytes. Looks for an Ethernet or PPP frame with IP at each
 * possible offset. Session 0 is control traffic.
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
