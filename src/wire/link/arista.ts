import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { follow } from './ethernet.js'

const SUBTYPE_TIMESTAMP = 1
/** Subtype and version. */
const HEADER_BYTES = 4
const ETHER_TYPE_BYTES = 2
/** Version -> bytes of the time, TAI or UTC. */
const TIME_BYTES: ReadonlyMap<number, number> = new Map([
  [0x0010, 8],
  [0x0020, 6],
  [0x0110, 8],
  [0x0120, 6],
])

/** The time that a switch of Arista put behind the addresses of a frame, and the EtherType of what follows. */
export function decodeAristaTimestamp(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < HEADER_BYTES) return Layer.TRUNCATED
  const timeBytes = TIME_BYTES.get(u16be(bytes, at + 2))
  if (u16be(bytes, at) !== SUBTYPE_TIMESTAMP || timeBytes === undefined) return Layer.NOT_IP
  const next = at + HEADER_BYTES + timeBytes + ETHER_TYPE_BYTES
  if (next > to) return Layer.TRUNCATED
  return follow(u16be(bytes, next - ETHER_TYPE_BYTES), next, cursor)
}
