import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'

const PROTOCOL = 2
const HEADER_BYTES = 4
const TAG_PADDING = 0
const TAG_END = 1

/** LINKTYPE_* values by TZSP's number of the encapsulated protocol. */
const LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [1, 1], // Ethernet
  [2, 6], // Token Ring
  [4, 9], // PPP
  [5, 10], // FDDI
  [7, 101], // raw IP
  [18, 105], // IEEE 802.11
  [119, 119], // with a Prism header
  [127, 163], // with an AVS header
])

/** LINKTYPE_TZSP: TaZmen Sniffer Protocol. Tagged fields, then a frame of another link type. */
export function decodeTzsp(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (!trySkip(cursor, HEADER_BYTES)) return Layer.TRUNCATED
  if (bytes[at] !== 1) return Layer.NOT_IP // version
  const linkType = LINK_TYPES.get(u16be(bytes, at + PROTOCOL))
  if (linkType === undefined) return Layer.NOT_IP
  cursor.linkType = linkType
  for (;;) {
    const tagAt = cursor.at
    if (!trySkip(cursor, 1)) return Layer.TRUNCATED
    const tag = bytes[tagAt]
    if (tag === TAG_END) return Layer.LINK_TYPE
    if (tag === TAG_PADDING) continue
    if (to === cursor.at || !trySkip(cursor, 1 + bytes[cursor.at]!)) return Layer.TRUNCATED
  }
}
