import type { Protocol } from '../keywords.js'
import type { Qualifiers } from '../syntax-tree.js'
import { and, type Block, or } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'
import * as ether from './ether-types.js'
import { CLNP, ESIS, ISIS, linkTypeIs } from './link-type-test.js'
import { equal } from './loads.js'

const FRAGMENT_HEADER = 44
const IPV6_HEADER_BYTES = 40

/** Keywords for protocols over IP: their number, and the IP version; null for both. */
const IP_PROTOCOLS: Readonly<
  Record<string, { readonly number: number; readonly over: 'ip' | 'ip6' | null }>
> = {
  sctp: { number: 132, over: null },
  tcp: { number: 6, over: null },
  udp: { number: 17, over: null },
  icmp: { number: 1, over: 'ip' },
  igmp: { number: 2, over: 'ip' },
  igrp: { number: 9, over: 'ip' },
  pim: { number: 103, over: null },
  vrrp: { number: 112, over: 'ip' },
  carp: { number: 112, over: 'ip' },
  icmp6: { number: 58, over: 'ip6' },
  ah: { number: 51, over: null },
  esp: { number: 50, over: null },
}

/** Keywords for protocols over the link layer, by EtherType or LLC service access point. */
const LINK_PROTOCOLS: Readonly<Record<string, number>> = {
  ip: ether.IP,
  arp: ether.ARP,
  rarp: ether.RARP,
  atalk: ether.ATALK,
  aarp: ether.AARP,
  decnet: ether.DECNET,
  sca: ether.SCA,
  lat: ether.LAT,
  mopdl: ether.MOPDL,
  moprc: ether.MOPRC,
  ip6: ether.IPV6,
  iso: ether.SAP_ISO,
  stp: ether.SAP_STP,
  ipx: ether.SAP_IPX,
  netbeui: ether.SAP_NETBEUI,
}

const OSI_PROTOCOLS: Readonly<Record<string, number>> = { esis: ESIS, isis: ISIS, clnp: CLNP }

/**
 * PDU types of IS-IS (ISO 10589) by keyword, in the order in which the tests are joined: the first and the second by
 * `or`, then each further one in front of them.
 */
const ISIS_TYPES: Readonly<Record<string, readonly number[]>> = {
  l1: [15, 17, 18, 24, 26],
  l2: [16, 17, 20, 25, 27],
  iih: [15, 16, 17],
  lsp: [18, 20],
  snp: [24, 25, 26, 27],
  csnp: [24, 25],
  psnp: [26, 27],
}

/** Matches packets of a protocol. @throws FilterSyntaxError for `link` and `radio`, which are not protocols. */
export function protocolTest(cx: CodeContext, protocol: Protocol): Block {
  const aboveIp = IP_PROTOCOLS[protocol]
  if (aboveIp !== undefined) return protocolNumberTest(cx, aboveIp.number, aboveIp.over)
  const type = LINK_PROTOCOLS[protocol]
  if (type !== undefined) return linkTypeIs(cx, type)
  const osi = OSI_PROTOCOLS[protocol]
  if (osi !== undefined) return protocolNumberTest(cx, osi, 'iso')
  const [first, ...others] = ISIS_TYPES[protocol] ?? []
  if (first === undefined) throw cx.refuse(`"${protocol}" alone is not a protocol`)
  let whole: Block | null = null
  const start = protocolNumberTest(cx, first, 'isis')
  for (const number of others) {
    const next = protocolNumberTest(cx, number, 'isis')
    whole = whole === null ? or(start, next) : or(next, whole)
  }
  return whole ?? start
}

/**
 * Matches packets in which the header of `protocol` has `number` as the next protocol. Null means IPv4 or IPv6.
 *
 * @throws FilterSyntaxError when `protocol` has no such field, or for a link type that does not support the test.
 */
export function protocolNumberTest(cx: CodeContext, number: number, protocol: Protocol | null): Block {
  switch (protocol) {
    case null: {
      const ipv4 = protocolNumberTest(cx, number, 'ip')
      return or(ipv4, protocolNumberTest(cx, number, 'ip6'))
    }
    case 'link':
      return linkTypeIs(cx, number)
    case 'ip': {
      const isIp = linkTypeIs(cx, ether.IP)
      return and(isIp, equal(cx, 'network', 9, bpf.B, number))
    }
    case 'ip6':
      return nextHeaderTest(cx, number)
    case 'iso':
      return osiTest(cx, number)
    case 'isis': {
      const isIsis = osiTest(cx, ISIS)
      return and(isIsis, equal(cx, 'networkNoSnap', 4, bpf.B, number))
    }
    default:
      throw cx.refuse(`"${protocol}" has no field for the protocol that it carries`)
  }
}

// The next header of the fixed header, or that of a fragment header directly after it.
function nextHeaderTest(cx: CodeContext, number: number): Block {
  const isIpv6 = linkTypeIs(cx, ether.IPV6)
  const isFragment = equal(cx, 'network', 6, bpf.B, FRAGMENT_HEADER)
  const whole = and(isFragment, equal(cx, 'network', IPV6_HEADER_BYTES, bpf.B, number))
  or(equal(cx, 'network', 6, bpf.B, number), whole)
  return and(isIpv6, whole)
}

function osiTest(cx: CodeContext, number: number): Block {
  switch (cx.linkType) {
    case dlt.FRELAY:
      return equal(cx, 'linkHeader', 2, bpf.H, (0x03 << 8) | number)
    case dlt.C_HDLC:
    case dlt.HDLC: {
      const isOsi = linkTypeIs(cx, (ether.SAP_ISO << 8) | ether.SAP_ISO)
      return and(isOsi, equal(cx, 'networkNoSnap', 1, bpf.B, number)) // after a padding byte
    }
    default: {
      const isOsi = linkTypeIs(cx, ether.SAP_ISO)
      return and(isOsi, equal(cx, 'networkNoSnap', 0, bpf.B, number))
    }
  }
}

/** @throws FilterSyntaxError when `proto` has a direction. */
export function refuseDirection(cx: CodeContext, { direction }: Qualifiers): void {
  if (direction !== null) throw cx.refuse(`"${direction}" cannot qualify "proto"`)
}
