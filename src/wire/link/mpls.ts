import { u16be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfEtherType } from './ether-type.js'

const LABEL_BYTES = 4
const BOTTOM_OF_STACK = 0x01
const CONTROL_WORD_BYTES = 4
const ETHERNET_BYTES = 14
const ETHER_TYPE_ARP = 0x0806
/** An IP header's first bytes, which hold its length in both versions. */
const IP_LENGTHS_BYTES = 6
const IPV6_HEADER_BYTES = 40

/**
 * One entry of a label stack (RFC 3032 §2.1). No field says what follows the last one. IP is recognized by its version
 * (RFC 4928 §3) and a length that fits; an Ethernet pseudowire, with or without control word (RFC 4448 §4.4), by its
 * EtherType.
 */
export function decodeMpls(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (cursor.to - at < LABEL_BYTES) return Layer.TRUNCATED
  cursor.encaps.push(EncapKind.MPLS, (u16be(bytes, at) << 4) | (bytes[at + 2]! >> 4))
  cursor.at = at + LABEL_BYTES
  return (bytes[at + 2]! & BOTTOM_OF_STACK) === 0 ? Layer.MPLS : layerBehindStack(bytes, cursor)
}

function layerBehindStack(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (at === to) return Layer.TRUNCATED
  const version = bytes[at]! >> 4
  if (version === 0 && looksLikeEthernet(bytes, at + CONTROL_WORD_BYTES, to)) {
    cursor.at = at + CONTROL_WORD_BYTES
    return Layer.ETHERNET
  }
  const isIp = version === 4 || version === 6
  if (isIp && claimedIpBytes(bytes, version, at, to) <= cursor.wireTo - at) return Layer.IP
  if (looksLikeEthernet(bytes, at, to)) return Layer.ETHERNET
  return isIp ? Layer.IP : Layer.NOT_IP
}

/** Packet length in an IP header of this version. Bytes of a MAC address in its place claim too long a packet. */
function claimedIpBytes(bytes: Uint8Array, version: number, at: number, to: number): number {
  if (to - at < IP_LENGTHS_BYTES) return 0
  return version === 4 ? u16be(bytes, at + 2) : IPV6_HEADER_BYTES + u16be(bytes, at + 4)
}

function looksLikeEthernet(bytes: Uint8Array, at: number, to: number): boolean {
  if (to - at < ETHERNET_BYTES) return false
  const etherType = u16be(bytes, at + ETHERNET_BYTES - 2)
  const layer = layerOfEtherType(etherType)
  return etherType === ETHER_TYPE_ARP || (layer !== Layer.NOT_IP && layer !== Layer.LLC)
}
