import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfEtherType } from './ether-type.js'

const LLC_BYTES = 3
const SNAP_BYTES = 5
const SAP_IP = 0x06
const SAP_SNAP = 0xaa
const UNNUMBERED_INFORMATION = 0x03
const OUI_ETHERNET = 0x000000
/** IEEE 802.1H bridge tunnel: the same types as OUI 0. */
const OUI_BRIDGE_TUNNEL = 0x0000f8

/** IEEE 802.2 LLC, and SNAP behind it (RFC 1042). Only IP is followed. */
export function decodeLlc(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < LLC_BYTES) return Layer.TRUNCATED
  const dsap = bytes[at]!
  if (bytes[at + 2] !== UNNUMBERED_INFORMATION) return Layer.NOT_IP
  if (dsap === SAP_IP) {
    cursor.at = at + LLC_BYTES
    return Layer.IP
  }
  if (dsap !== SAP_SNAP) return Layer.NOT_IP
  if (cursor.to - at < LLC_BYTES + SNAP_BYTES) return Layer.TRUNCATED
  const oui = (bytes[at + 3]! << 16) | u16be(bytes, at + 4)
  if (oui !== OUI_ETHERNET && oui !== OUI_BRIDGE_TUNNEL) return Layer.NOT_IP
  cursor.at = at + LLC_BYTES + SNAP_BYTES
  return layerOfEtherType(u16be(bytes, at + 6))
}
