import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { fittingIp } from './ip-claim.js'

/** Version 2, and the type of the message. */
const REGISTER = 0x21
/** In the first byte after the common header: the register has no packet, only its header. */
const IS_NULL_REGISTER = 0x40
const HEADER_BYTES = 8

/** A multicast packet on its way to the rendezvous point, in a PIM register message. Source: RFC 7761 §4.9.3. */
export function decodePimRegister(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < HEADER_BYTES) return Layer.TRUNCATED
  if (bytes[at] !== REGISTER || (bytes[at + 4]! & IS_NULL_REGISTER) !== 0) return Layer.NOT_IP
  cursor.encaps.push(EncapKind.PIM, 0)
  cursor.at = at + HEADER_BYTES
  return fittingIp(bytes, cursor.at, cursor.to, cursor.wireTo) ? Layer.IP : Layer.NOT_IP
}
