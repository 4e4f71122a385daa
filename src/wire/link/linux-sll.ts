import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfEtherType } from './ether-type.js'

const SLL_PROTOCOL = 14
const SLL_BYTES = 16
const SLL2_PROTOCOL = 0
const SLL2_BYTES = 20
/** The protocol field of a frame that begins with an LLC header. */
const PROTOCOL_LLC = 4

/** LINKTYPE_LINUX_SLL, the Linux "cooked" header. */
export function decodeSll(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < SLL_BYTES) return Layer.TRUNCATED
  cursor.at = at + SLL_BYTES
  return layerOfProtocol(u16be(bytes, at + SLL_PROTOCOL))
}

/** LINKTYPE_LINUX_SLL2. */
export function decodeSll2(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < SLL2_BYTES) return Layer.TRUNCATED
  cursor.at = at + SLL2_BYTES
  return layerOfProtocol(u16be(bytes, at + SLL2_PROTOCOL))
}

/** An EtherType, or one of Linux' own small numbers, of which only LLC leads to IP. */
function layerOfProtocol(protocol: number): number {
  const layer = layerOfEtherType(protocol)
  return layer === Layer.LLC && protocol !== PROTOCOL_LLC ? Layer.NOT_IP : layer
}
