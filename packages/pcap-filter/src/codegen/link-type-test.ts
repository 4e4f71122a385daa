import { and, type Block, not, or } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import { NOT_SET } from './context.js'
import * as dlt from './dlt.js'
import * as ether from './ether-types.js'
import { cookedType, ethernetType, llcType, wlanDataFrame } from './frame-types.js'
import { geneveHasLinkHeader } from './geneve-link.js'
import { constant, equal } from './loads.js'

const AF_INET = 2
/** AF_INET6 of NetBSD, OpenBSD and Npcap; FreeBSD; macOS. A capture may come from any of them. */
const BSD_AF_INET6 = [24, 28, 30] as const
const LINUX_AF_INET6 = 10
const SOLARIS_AF_INET6 = 26
const JUNIPER_MAGIC = 0x4d474300
const BACNET_MAGIC = 0x55ff0000
/** First bytes of OSI network protocols (ISO/IEC TR 9577). */
export const CLNP = 0x81
export const ESIS = 0x82
export const ISIS = 0x83

/** Link types whose network protocol libpcap cannot determine. */
const WITHOUT_TYPE: ReadonlySet<number> = new Set([
  ...[dlt.MFR, dlt.LINUX_IRDA, dlt.DOCSIS, dlt.MTP2, dlt.MTP2_WITH_PHDR, dlt.ERF, dlt.PFSYNC, dlt.LINUX_LAPD],
  ...[dlt.USB_FREEBSD, dlt.USB_LINUX, dlt.USB_LINUX_MMAPPED, dlt.USBPCAP, dlt.BLUETOOTH_HCI_H4],
  ...[
    dlt.BLUETOOTH_HCI_H4_WITH_PHDR,
    dlt.CAN20B,
    dlt.CAN_SOCKETCAN,
    dlt.IEEE802_15_4,
    dlt.IEEE802_15_4_LINUX,
  ],
  ...[
    dlt.IEEE802_15_4_NONASK_PHY,
    dlt.IEEE802_15_4_NOFCS,
    dlt.IEEE802_15_4_TAP,
    dlt.IEEE802_16_MAC_CPS_RADIO,
  ],
  ...[dlt.SITA, dlt.RAIF1, dlt.IPMB_KONTRON, dlt.IPMB_LINUX, dlt.AX25_KISS, dlt.NFLOG],
])

/**
 * Matches packets that carry this protocol directly over the link layer.
 *
 * @param type EtherType, or LLC service access point if it is at most 1500.
 */
export function linkTypeIs(cx: CodeContext, type: number): Block {
  if (cx.labelDepth > 0) return mplsPayloadIs(cx, type)
  const { linkType } = cx
  if (dlt.ETHERNETS.has(linkType)) {
    // Geneve has an EtherType whether or not an Ethernet header follows.
    const outer = cx.isGeneve ? null : outerHeaderTest(cx)
    const inner = ethernetType(cx, type)
    return outer === null ? inner : and(outer, inner)
  }
  if (dlt.WLANS.has(linkType)) {
    const isData = wlanDataFrame(cx)
    return and(isData, llcType(cx, type))
  }
  if (dlt.JUNIPERS.has(linkType)) return equal(cx, 'linkHeader', 0, bpf.W, JUNIPER_MAGIC, 0xffffff00)
  if (dlt.ARCNETS.has(linkType)) return arcnetType(cx, type)
  if (WITHOUT_TYPE.has(linkType)) throw cannotTell(cx)
  return otherLinkType(cx, type)
}

function otherLinkType(cx: CodeContext, type: number): Block {
  switch (cx.linkType) {
    case dlt.C_HDLC:
    case dlt.HDLC:
      return equal(cx, 'linkTypeField', 0, bpf.H, type === ether.SAP_ISO ? (type << 8) | type : type)
    case dlt.FDDI:
    case dlt.IEEE802:
    case dlt.ATM_RFC1483:
    case dlt.ATM_CLIP:
    case dlt.IP_OVER_FC:
      return llcType(cx, type)
    case dlt.SUNATM: {
      const isLlc = equal(cx, 'linkHeader', 0, bpf.B, 0x02, 0x0f)
      return and(isLlc, llcType(cx, type))
    }
    case dlt.LINUX_SLL:
      return cookedType(cx, type)
    case dlt.SLIP:
    case dlt.SLIP_BSDOS:
    case dlt.RAW:
      if (type === ether.IP) return equal(cx, 'linkHeader', 0, bpf.B, 0x40, 0xf0)
      return type === ether.IPV6 ? equal(cx, 'linkHeader', 0, bpf.B, 0x60, 0xf0) : constant(false)
    case dlt.IPV4:
      return constant(type === ether.IP)
    case dlt.IPV6:
      return constant(type === ether.IPV6)
    case dlt.PPP:
    case dlt.PPP_PPPD:
    case dlt.PPP_SERIAL:
    case dlt.PPP_ETHER:
      return equal(cx, 'linkTypeField', 0, bpf.H, ether.pppProtocolOf(type))
    case dlt.PPP_BSDOS:
      return bsdosPppType(cx, type)
    case dlt.NULL:
    case dlt.LOOP:
    case dlt.ENC:
      return loopbackType(cx, type)
    case dlt.PFLOG:
      if (type === ether.IP) return equal(cx, 'linkHeader', 1, bpf.B, AF_INET)
      return type === ether.IPV6 ? equal(cx, 'linkHeader', 1, bpf.B, LINUX_AF_INET6) : constant(false)
    case dlt.LTALK:
      return constant(type === ether.ATALK)
    case dlt.FRELAY:
      return frameRelayType(cx, type)
    case dlt.BACNET_MS_TP:
      return equal(cx, 'linkHeader', 0, bpf.W, BACNET_MAGIC, 0xffff0000)
    case dlt.IPNET:
      if (type === ether.IP) return equal(cx, 'linkTypeField', 0, bpf.B, AF_INET)
      return type === ether.IPV6 ? equal(cx, 'linkTypeField', 0, bpf.B, SOLARIS_AF_INET6) : constant(false)
    default:
      if (cx.linkTypeField.constant === NOT_SET) throw cannotTell(cx)
      return equal(cx, 'linkTypeField', 0, bpf.H, type)
  }
}

function cannotTell(cx: CodeContext) {
  return cx.refuseHere('the protocol cannot be tested on this link type')
}

function bsdosPppType(cx: CodeContext, type: number): Block {
  if (type !== ether.IP) return equal(cx, 'linkTypeField', 0, bpf.H, ether.pppProtocolOf(type))
  const plain = equal(cx, 'linkTypeField', 0, bpf.H, ether.PPP_IP)
  const compressed = equal(cx, 'linkTypeField', 0, bpf.H, ether.PPP_VJC)
  or(plain, compressed)
  return or(compressed, equal(cx, 'linkTypeField', 0, bpf.H, ether.PPP_VJNC))
}

function loopbackType(cx: CodeContext, type: number): Block {
  if (type === ether.IP) return addressFamily(cx, AF_INET)
  if (type !== ether.IPV6) return constant(false)
  const [bsd, freeBsd, darwin] = BSD_AF_INET6
  const first = addressFamily(cx, bsd)
  const second = or(first, addressFamily(cx, freeBsd))
  return or(addressFamily(cx, darwin), second)
}

// In NULL and ENC headers the family has the byte order of the capturing machine.
function addressFamily(cx: CodeContext, family: number): Block {
  const isBigEndian = cx.linkType === dlt.LOOP || cx.surroundings.isBigEndian
  return equal(cx, 'linkHeader', 0, bpf.W, isBigEndian ? family : family << 24)
}

function arcnetType(cx: CodeContext, type: number): Block {
  const either = (first: number, second: number) => {
    const block = equal(cx, 'linkTypeField', 0, bpf.B, first)
    return or(block, equal(cx, 'linkTypeField', 0, bpf.B, second))
  }
  switch (type) {
    case ether.IPV6:
      return equal(cx, 'linkTypeField', 0, bpf.B, 0xc4)
    case ether.IP:
      return either(212, 240)
    case ether.ARP:
      return either(213, 241)
    case ether.RARP:
      return equal(cx, 'linkTypeField', 0, bpf.B, 214)
    case ether.ATALK:
      return equal(cx, 'linkTypeField', 0, bpf.B, 221)
    default:
      return constant(false)
  }
}

// Two address bytes, then control 0x03 and the protocol number.
function frameRelayType(cx: CodeContext, type: number): Block {
  const protocol = (number: number) => equal(cx, 'linkHeader', 2, bpf.H, (0x03 << 8) | number)
  switch (type) {
    case ether.IP:
      return protocol(0xcc)
    case ether.IPV6:
      return protocol(0x8e)
    case ether.SAP_ISO: {
      const clnp = protocol(CLNP)
      const esis = protocol(ESIS)
      const isis = or(esis, protocol(ISIS))
      return or(clnp, isis)
    }
    default:
      return constant(false)
  }
}

// After the last label: its bottom-of-stack bit is set, and the next byte begins with the IP version.
function mplsPayloadIs(cx: CodeContext, type: number): Block {
  if (type !== ether.IP && type !== ether.IPV6)
    throw cx.refuse('only IPv4 and IPv6 can be tested after MPLS labels')
  const isBottom = equal(cx, 'network', -2, bpf.B, 0x01, 0x01)
  return and(isBottom, equal(cx, 'network', 0, bpf.B, type === ether.IP ? 0x40 : 0x60, 0xf0))
}

/** Matches when the outer headers allow an inner link header; null when nothing more need be tested. */
export function outerHeaderTest(cx: CodeContext): Block | null {
  if (cx.isGeneve) return geneveHasLinkHeader(cx)
  if (cx.previousLinkType !== dlt.SUNATM) return null
  // LAN emulation: a data frame, not a control frame.
  return not(equal(cx, 'previousLinkHeader', 4, bpf.H, 0xff00))
}
