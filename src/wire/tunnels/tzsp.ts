import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { decodeTzsp } from '../link/tzsp.js'

const TYPE = 1
/** A packet that was received, or is to be transmitted. */
const LAST_TYPE_WITH_PACKET = 1

/** TZSP over UDP, as routers of MikroTik and access points send it: tagged fields, and a frame. */
export function decodeTzspInUdp(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at > TYPE && bytes[at + TYPE]! > LAST_TYPE_WITH_PACKET) return Layer.NOT_IP
  cursor.encaps.push(EncapKind.TZSP, 0)
  return decodeTzsp(bytes, cursor)
}
