import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'

/** Version, flags, length of the options and hops left; the nicknames of the bridges at both ends. */
const HEADER_BYTES = 6
const VERSION_SHIFT = 14
const OPTION_WORDS_SHIFT = 6
const OPTION_WORDS_MASK = 0x1f

/** TRILL: a header between bridges, and the host's whole frame. Source: RFC 6325 §3. */
export function decodeTrill(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, HEADER_BYTES)) return Layer.TRUNCATED
  const first = u16be(bytes, at)
  if (first >> VERSION_SHIFT !== 0) return Layer.NOT_IP
  if (!trySkip(cursor, 4 * ((first >> OPTION_WORDS_SHIFT) & OPTION_WORDS_MASK))) return Layer.TRUNCATED
  cursor.encaps.push(EncapKind.TRILL, 0)
  return Layer.ETHERNET
}
