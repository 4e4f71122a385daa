import type { Protocol } from '../keywords.js'
import { WLAN_DIRECTION_MASK, WLAN_SUBTYPE_MASK, WLAN_TYPE_MASK } from '../named-values.js'
import { firstByteIsZero } from './arithmetic.js'
import { and, type Block, jumpBlock, not, or, Statement } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'
import * as ether from './ether-types.js'
import { linkTypeIs, outerHeaderTest } from './link-type-test.js'
import { above, atLeast, compare, equal, hasBits } from './loads.js'
import { arcnetHost, hasMacAddresses, macHost } from './mac-hosts.js'
import { wlanDestination } from './wlan-hosts.js'

const BROADCAST = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
const ARCNET_BROADCAST = 0
const UNKNOWN_NETMASK = 0xffff_ffff
const SLL_OUTGOING = 4
/** Offset of the first byte of the destination, whose low bit marks a group address. */
const GROUP_BYTE: Readonly<Record<number, number>> = { [dlt.FDDI]: 1, [dlt.IEEE802]: 2, [dlt.IP_OVER_FC]: 2 }

/** Matches packets to the broadcast address of the link, or of the IPv4 network given by the context's netmask. */
export function broadcastTest(cx: CodeContext, protocol: Protocol | null): Block {
  if (protocol === null || protocol === 'link') {
    if (dlt.ARCNETS.has(cx.linkType)) return arcnetHost(cx, ARCNET_BROADCAST, 'dst')
    if (!hasMacAddresses(cx.linkType)) throw cx.refuseHere('the link type has no broadcast address')
    return macHost(cx, BROADCAST, 'dst')
  }
  if (protocol !== 'ip') throw cx.refuse(`"${protocol}" has no broadcast: only "ether" and "ip" have`)
  const { netmask } = cx.surroundings
  if (netmask === UNKNOWN_NETMASK) throw cx.refuse('"ip broadcast" needs a network mask')
  const isIp = linkTypeIs(cx, ether.IP)
  const hostBits = ~netmask >>> 0
  const zeros = equal(cx, 'network', 16, bpf.W, 0, hostBits)
  const ones = or(zeros, equal(cx, 'network', 16, bpf.W, hostBits, hostBits))
  return and(isIp, ones)
}

/** Matches packets to a multicast address, in the link header or in the IP header. */
export function multicastTest(cx: CodeContext, protocol: Protocol | null): Block {
  if (protocol === 'ip') {
    const isIp = linkTypeIs(cx, ether.IP)
    return and(isIp, atLeast(cx, 'network', 16, bpf.B, 224))
  }
  if (protocol === 'ip6') {
    const isIpv6 = linkTypeIs(cx, ether.IPV6)
    return and(isIpv6, equal(cx, 'network', 24, bpf.B, 0xff))
  }
  if (protocol !== null && protocol !== 'link') {
    throw cx.refuse(`"${protocol}" has no multicast: only "ether", "ip" and "ip6" have`)
  }
  const isGroup = (place: number) => hasBits(cx, 'linkHeader', place, bpf.B, 1)
  const { linkType } = cx
  if (dlt.ARCNETS.has(linkType)) return arcnetHost(cx, ARCNET_BROADCAST, 'dst')
  if (dlt.WLANS.has(linkType)) return wlanDestination(cx, isGroup)
  if (dlt.ETHERNETS.has(linkType)) {
    const outer = outerHeaderTest(cx)
    return outer === null ? isGroup(0) : and(outer, isGroup(0))
  }
  const place = GROUP_BYTE[linkType]
  if (place === undefined) throw cx.refuseHere('the link type has no multicast addresses')
  return isGroup(place)
}

/** Matches packets that the capturing machine received or sent, if the link header says which. */
export function directionTest(cx: CodeContext, direction: 'inbound' | 'outbound'): Block {
  const isOutbound = direction === 'outbound'
  const sent = (test: Block) => (isOutbound ? test : not(test))
  if (dlt.JUNIPERS.has(cx.linkType)) return equal(cx, 'linkHeader', 3, bpf.B, isOutbound ? 0 : 1, 0x01)
  switch (cx.linkType) {
    case dlt.SLIP:
      return firstByteIsZero(cx, isOutbound)
    case dlt.IPNET:
      return equal(cx, 'linkHeader', 2, bpf.H, isOutbound ? 1 : 2)
    case dlt.LINUX_SLL:
      return sent(equal(cx, 'linkHeader', 0, bpf.H, SLL_OUTGOING))
    case dlt.LINUX_SLL2:
      return sent(equal(cx, 'linkHeader', 10, bpf.B, SLL_OUTGOING))
    case dlt.PFLOG:
      return equal(cx, 'linkHeader', 60, bpf.B, isOutbound ? 2 : 1)
    case dlt.PPP_PPPD:
      return equal(cx, 'linkHeader', 0, bpf.B, isOutbound ? 1 : 0)
    default:
      throw cx.refuseHere(`"${direction}" cannot be tested on this link type`)
  }
}

/** Matches packets whose length on the wire is at least (`greater`) or at most (`less`) `length`. */
export function lengthTest(comparison: 'less' | 'greater', length: number): Block {
  const statements = [new Statement(bpf.LD | bpf.LEN)]
  return comparison === 'greater'
    ? jumpBlock(bpf.JGE, length, statements)
    : not(jumpBlock(bpf.JGT, length, statements))
}

/** Compares the byte at `offset` of the link header. With `&` and `|` libpcap does not load it and uses A as it is. */
export function byteTest(
  cx: CodeContext,
  offset: number,
  operator: '&' | '|' | '<' | '>' | '=',
  value: number,
): Block {
  switch (operator) {
    case '=':
      return equal(cx, 'linkHeader', offset, bpf.B, value)
    case '<':
      return compare(cx, 'linkHeader', offset, bpf.B, value, { jump: bpf.JGE, isReversed: true })
    case '>':
      return above(cx, 'linkHeader', offset, bpf.B, value)
    default: {
      const operation = operator === '&' ? bpf.AND : bpf.OR
      return not(jumpBlock(bpf.JEQ, 0, [new Statement(bpf.ALU | operation | bpf.K, value)]))
    }
  }
}

/** Matches packets of one network interface, if the link header has its number. */
export function interfaceTest(cx: CodeContext, index: number): Block {
  if (cx.linkType !== dlt.LINUX_SLL2) throw cx.refuseHere('"ifindex" is only valid on LINUX_SLL2')
  return equal(cx, 'linkHeader', 4, bpf.W, index)
}

/** Matches 802.11 frames of a type, or of a type and subtype. */
export function wlanTypeTest(cx: CodeContext, type: number, subtype: number | null): Block {
  refuseWithoutWlan(cx)
  return subtype === null
    ? equal(cx, 'linkHeader', 0, bpf.B, type, WLAN_TYPE_MASK)
    : equal(cx, 'linkHeader', 0, bpf.B, type | subtype, WLAN_TYPE_MASK | WLAN_SUBTYPE_MASK)
}

/** Matches 802.11 frames with these To DS and From DS bits. */
export function wlanDirectionTest(cx: CodeContext, bits: number): Block {
  refuseWithoutWlan(cx)
  return equal(cx, 'linkHeader', 1, bpf.B, bits, WLAN_DIRECTION_MASK)
}

// libpcap excludes PPI here.
function refuseWithoutWlan(cx: CodeContext): void {
  if (!dlt.WLANS.has(cx.linkType) || cx.linkType === dlt.PPI) {
    throw cx.refuseHere('the link type has no 802.11 frames')
  }
}
