import { u16be } from '../../bytes/endian.js'
import { endAt, type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { layerOfEtherType } from './ether-type.js'

const HAS_CHANNEL = 0x20
const IS_ENCRYPTED = 0x08
/** The C bit: the secure data differs from the user data. */
const IS_CHANGED = 0x04
const SHORT_LENGTH = 1
const SHORT_LENGTH_MASK = 0x3f
/** Flags, short length, packet number. */
const TAG_BYTES = 6
const CHANNEL_BYTES = 8
const ETHER_TYPE_BYTES = 2
const CHECK_VALUE_BYTES = 16

/** The MACsec tag after its EtherType. Frames that are only integrity-protected can be read. Source: IEEE 802.1AE §9. */
export function decodeMacsec(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < TAG_BYTES) return Layer.TRUNCATED
  const flags = bytes[at]!
  if ((flags & (IS_ENCRYPTED | IS_CHANGED)) !== 0) return Layer.ENCRYPTED
  if (!trySkip(cursor, TAG_BYTES + ((flags & HAS_CHANNEL) !== 0 ? CHANNEL_BYTES : 0))) return Layer.TRUNCATED
  const length = bytes[at + SHORT_LENGTH]! & SHORT_LENGTH_MASK
  endAt(cursor, length === 0 ? cursor.wireTo - CHECK_VALUE_BYTES : cursor.at + length)
  if (!trySkip(cursor, ETHER_TYPE_BYTES)) return Layer.TRUNCATED
  return layerOfEtherType(u16be(bytes, cursor.at - ETHER_TYPE_BYTES))
}
