import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfTypeOnly } from './ether-type.js'

const VERSION = 1
/** Version, and the number of options. */
const HEADER_BYTES = 2
/** Length and type, then a security group. */
const OPTION_BYTES = 4
const TYPE_BYTES = 2

/** Cisco's metadata after its EtherType: the security group of a TrustSec frame, and the EtherType of what follows. */
export function decodeCiscoMetadata(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < HEADER_BYTES) return Layer.TRUNCATED
  if (bytes[at] !== VERSION) return Layer.NOT_IP
  const next = at + HEADER_BYTES + bytes[at + 1]! * OPTION_BYTES + TYPE_BYTES
  if (next > to) return Layer.TRUNCATED
  cursor.at = next
  return layerOfTypeOnly(u16be(bytes, next - TYPE_BYTES))
}
