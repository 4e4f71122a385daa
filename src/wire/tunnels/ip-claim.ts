import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { layerOfEtherType } from '../link/ether-type.js'

const IPV4_MIN_BYTES = 20
const IPV6_HEADER_BYTES = 40
const ETHERNET_BYTES = 14
const VLAN_TAG_BYTES = 4

/**
 * The packet length in the IP header at `bytes[at, to)`. A total length of 0 (offloaded captures) means up to `wireTo`.
 * -1 when there are too few bytes or no IP header.
 */
function claimedIpBytes(bytes: Uint8Array, at: number, to: number, wireTo: number): number {
  if (to - at < IPV4_MIN_BYTES) return -1
  const version = bytes[at]! >> 4
  if (version === 6) return to - at < IPV6_HEADER_BYTES ? -1 : IPV6_HEADER_BYTES + u16be(bytes, at + 4)
  const headerBytes = (bytes[at]! & 0x0f) * 4
  if (version !== 4 || headerBytes < IPV4_MIN_BYTES) return -1
  const totalLength = u16be(bytes, at + 2)
  if (totalLength === 0) return wireTo - at
  return totalLength < headerBytes ? -1 : totalLength
}

/** True when `bytes[at, to)` begins with an IP packet that ends at or before `wireTo`. */
export function fittingIp(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  const ipBytes = claimedIpBytes(bytes, at, to, wireTo)
  return ipBytes >= 0 && ipBytes <= wireTo - at
}

/** True when one IP packet fills `[at, wireTo)` exactly. Used after headers that have little else to check. */
export function exactIp(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  return claimedIpBytes(bytes, at, to, wireTo) === wireTo - at
}

/** `Layer.IP` when the IP version at the cursor is the one that the header before announced. */
export function ipOfVersion(bytes: Uint8Array, cursor: FrameCursor, version: 4 | 6): number {
  if (cursor.at >= cursor.to) return Layer.TRUNCATED
  return bytes[cursor.at]! >> 4 === version ? Layer.IP : Layer.NOT_IP
}

/** True when `bytes[at, to)` begins with an Ethernet header, any VLAN tags, and an IP packet of a length that fits. */
export function isEthernetWithIp(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  for (let next = at + ETHERNET_BYTES; next <= to; next += VLAN_TAG_BYTES) {
    const layer = layerOfEtherType(u16be(bytes, next - 2))
    if (layer === Layer.IP) return fittingIp(bytes, next, to, wireTo)
    if (layer !== Layer.VLAN) return false
  }
  return false
}
