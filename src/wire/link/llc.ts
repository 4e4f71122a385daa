import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { layerOfTypeOnly } from './ether-type.js'
import { decodeNlpid } from './nlpid.js'

const LLC_BYTES = 3
const SNAP_BYTES = 5
const SAP_IP = 0x06
const SAP_SNAP = 0xaa
const SAP_OSI = 0xfe
const UNNUMBERED_INFORMATION = 0x03
const OUI_ETHERNET = 0x000000
/** IEEE 802.1H bridge tunnel: the same types as OUI 0. */
const OUI_BRIDGE_TUNNEL = 0x0000f8
/** IEEE 802.1 bridged frames, RFC 2684 §5.2, RFC 2427 §4.2. */
const OUI_BRIDGED = 0x0080c2
const PID_ETHERNET_WITH_FCS = 0x0001
const PID_ETHERNET = 0x0007

/** IEEE 802.2 LLC, with SNAP if present (RFC 1042). */
export function decodeLlc(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeLlcHeader(bytes, cursor, 0)
}

/** IEEE 802.2 LLC. @param padBytes Padding between SNAP and a bridged frame. */
export function decodeLlcHeader(bytes: Uint8Array, cursor: FrameCursor, padBytes: number): number {
  const { at } = cursor
  if (!trySkip(cursor, LLC_BYTES)) return Layer.TRUNCATED
  if (bytes[at + 2] !== UNNUMBERED_INFORMATION) return Layer.NOT_IP
  switch (bytes[at]) {
    case SAP_IP:
      return Layer.IP
    case SAP_SNAP:
      return decodeSnap(bytes, cursor, padBytes)
    case SAP_OSI:
      return decodeNlpid(bytes, cursor)
    default:
      return Layer.NOT_IP
  }
}

/** SNAP. @param padBytes As in {@link decodeLlcHeader}. */
export function decodeSnap(bytes: Uint8Array, cursor: FrameCursor, padBytes: number): number {
  const { at } = cursor
  if (!trySkip(cursor, SNAP_BYTES)) return Layer.TRUNCATED
  const oui = (bytes[at]! << 16) | u16be(bytes, at + 1)
  const type = u16be(bytes, at + 3)
  switch (oui) {
    case OUI_ETHERNET:
    case OUI_BRIDGE_TUNNEL:
      return layerOfTypeOnly(type)
    case OUI_BRIDGED:
      if (type !== PID_ETHERNET && type !== PID_ETHERNET_WITH_FCS) return Layer.NOT_IP
      return trySkip(cursor, padBytes) ? Layer.ETHERNET : Layer.TRUNCATED
    default:
      return Layer.NOT_IP
  }
}
