import { u16be } from '../bytes/endian.js'
import type { FlowPacket } from './flow-packet.js'

const ETHERNET = 1
const LINUX_SLL = 113
const LINUX_SLL2 = 276
/** Of Ethernet: both MAC addresses. Of a Linux cooked header: interface, kind of packet and sender, but for its EtherType. */
const ETHERNET_PLACE_BYTES = 12
const SLL_PLACE_BYTES = 14
const SLL_BYTES = 16
const SLL2_BYTES = 20
const SLL2_PLACE_FROM = 4
const VLAN_TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100]
const IPV4 = 0x0800
const IPV6 = 0x86dd

/**
 * A number for where a frame was seen, as far as it says so: MAC addresses or Linux' cooked header, and the addresses of
 * the outermost IP header of a tunnel. Its VLANs and tunnel headers are in `encapId`.
 */
export function placeHash(bytes: Uint8Array, packet: FlowPacket): number {
  const { linkType, frameFrom, frameBytes, ipFrom } = packet
  const to = frameFrom + frameBytes
  switch (linkType) {
    case ETHERNET: {
      let typeAt = frameFrom + ETHERNET_PLACE_BYTES
      while (typeAt + 4 < to && VLAN_TAGS.includes(u16be(bytes, typeAt))) typeAt += 4
      return hashOuterIp(
        hashOf(ETHERNET, bytes, frameFrom, ETHERNET_PLACE_BYTES, to),
        bytes,
        typeAt,
        typeAt + 2,
        to,
        ipFrom,
      )
    }
    case LINUX_SLL:
      return hashOuterIp(
        hashOf(LINUX_SLL, bytes, frameFrom, SLL_PLACE_BYTES, to),
        bytes,
        frameFrom + SLL_PLACE_BYTES,
        frameFrom + SLL_BYTES,
        to,
        ipFrom,
      )
    case LINUX_SLL2:
      return hashOuterIp(
        hashOf(LINUX_SLL2, bytes, frameFrom + SLL2_PLACE_FROM, SLL2_BYTES - SLL2_PLACE_FROM, to),
        bytes,
        frameFrom,
        frameFrom + SLL2_BYTES,
        to,
        ipFrom,
      )
    default:
      return linkType
  }
}

// Goes on with the addresses of the IP header at `at`, whose EtherType is at `typeAt`, if it is not the packet's own.
function hashOuterIp(
  hash: number,
  bytes: Uint8Array,
  typeAt: number,
  at: number,
  to: number,
  ipFrom: number,
): number {
  if (at === ipFrom || at + 40 > to) return hash
  const type = u16be(bytes, typeAt)
  if (type === IPV4) return hashOf(hash, bytes, at + 12, 8, to)
  return type === IPV6 ? hashOf(hash, bytes, at + 8, 32, to) : hash
}

function hashOf(seed: number, bytes: Uint8Array, from: number, count: number, to: number): number {
  let hash = seed
  const end = Math.min(from + count, to)
  for (let at = from; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
  return hash
}
