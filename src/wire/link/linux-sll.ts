import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { layerOfEtherType } from './ether-type.js'
import { decodeNetlinkMessage } from './netlink.js'

const SLL_HARDWARE_TYPE = 2
const SLL_PROTOCOL = 14
const SLL_BYTES = 16
const SLL2_PROTOCOL = 0
const SLL2_HARDWARE_TYPE = 8
const SLL2_BYTES = 20
/** The protocol field of a frame that begins with an LLC header. */
const PROTOCOL_LLC = 4

// ARPHRD_* values of interfaces whose frames keep their link-layer header.
const HARDWARE_FRAME_RELAY = 770
const HARDWARE_WLAN = 801
const HARDWARE_WLAN_PRISM = 802
const HARDWARE_WLAN_RADIOTAP = 803
const HARDWARE_NETLINK = 824

const LINK_TYPE_WLAN = 105
const LINK_TYPE_FRAME_RELAY = 107
const LINK_TYPE_WLAN_PRISM = 119
const LINK_TYPE_WLAN_RADIOTAP = 127

/** LINKTYPE_LINUX_SLL, the Linux "cooked" header. */
export function decodeSll(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, SLL_BYTES)) return Layer.TRUNCATED
  return layerOf(bytes, u16be(bytes, at + SLL_HARDWARE_TYPE), u16be(bytes, at + SLL_PROTOCOL), cursor)
}

/** LINKTYPE_LINUX_SLL2. */
export function decodeSll2(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, SLL2_BYTES)) return Layer.TRUNCATED
  return layerOf(bytes, u16be(bytes, at + SLL2_HARDWARE_TYPE), u16be(bytes, at + SLL2_PROTOCOL), cursor)
}

/**
 * An EtherType decides by itself. Linux's small protocol numbers mean LLC or, for some kinds of interfaces, a frame with
 * its link-layer header.
 */
function layerOf(bytes: Uint8Array, hardwareType: number, protocol: number, cursor: FrameCursor): number {
  if (hardwareType === HARDWARE_NETLINK) return decodeNetlinkMessage(bytes, cursor, protocol)
  const layer = layerOfEtherType(protocol)
  if (layer !== Layer.LLC) return layer
  switch (hardwareType) {
    case HARDWARE_FRAME_RELAY:
      cursor.linkType = LINK_TYPE_FRAME_RELAY
      return Layer.LINK_TYPE
    case HARDWARE_WLAN:
      cursor.linkType = LINK_TYPE_WLAN
      return Layer.LINK_TYPE
    case HARDWARE_WLAN_PRISM:
      cursor.linkType = LINK_TYPE_WLAN_PRISM
      return Layer.LINK_TYPE
    case HARDWARE_WLAN_RADIOTAP:
      cursor.linkType = LINK_TYPE_WLAN_RADIOTAP
      return Layer.LINK_TYPE
    default:
      return protocol === PROTOCOL_LLC ? Layer.LLC : Layer.NOT_IP
  }
}
