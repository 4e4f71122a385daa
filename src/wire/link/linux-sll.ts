import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { layerOfEtherType } from './ether-type.js'

const SLL_HARDWARE_TYPE = 2
const SLL_PROTOCOL = 14
const SLL_BYTES = 16
const SLL2_PROTOCOL = 0
const SLL2_HARDWARE_TYPE = 8
const SLL2_BYTES = 20
/** The protocol field of a frame that begins with an LLC header. */
const PROTOCOL_LLC = 4

// ARPHRD_* values of interfaces whose frames keep their header.
const HARDWARE_FRAME_RELAY = 770
const HARDWARE_WLAN = 801
const HARDWARE_WLAN_PRISM = 802
const HARDWARE_WLAN_RADIOTAP = 803

/** LINKTYPE_LINUX_SLL, the Linux "cooked" header. */
export function decodeSll(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, SLL_BYTES)) return Layer.TRUNCATED
  return layerOf(u16be(bytes, at + SLL_HARDWARE_TYPE), u16be(bytes, at + SLL_PROTOCOL), cursor)
}

/** LINKTYPE_LINUX_SLL2. */
export function decodeSll2(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, SLL2_BYTES)) return Layer.TRUNCATED
  return layerOf(u16be(bytes, at + SLL2_HARDWARE_TYPE), u16be(bytes, at + SLL2_PROTOCOL), cursor)
}

/** @param protocol An EtherType, or one of Linux' own small numbers, of which only LLC leads to IP. */
function layerOf(hardwareType: number, protocol: number, cursor: FrameCursor): number {
  switch (hardwareType) {
    case HARDWARE_FRAME_RELAY:
      cursor.linkType = 107
      return Layer.LINK_TYPE
    case HARDWARE_WLAN:
      cursor.linkType = 105
      return Layer.LINK_TYPE
    case HARDWARE_WLAN_PRISM:
      cursor.linkType = 119
      return Layer.LINK_TYPE
    case HARDWARE_WLAN_RADIOTAP:
      cursor.linkType = 127
      return Layer.LINK_TYPE
    default: {
      const layer = layerOfEtherType(protocol)
      return layer === Layer.LLC && protocol !== PROTOCOL_LLC ? Layer.NOT_IP : layer
    }
  }
}
