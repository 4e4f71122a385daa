import type { Protocol } from '../keywords.js'
import type { Direction } from '../syntax-tree.js'
import { and, type Block, not, or } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import { inDirection } from './directions.js'
import * as ether from './ether-types.js'
import { linkTypeIs } from './link-type-test.js'
import { atLeast, atMost, equal, hasBits, oneOf } from './loads.js'

export const TCP = 6
export const UDP = 17
export const SCTP = 132
/** IP protocol of a port; null for any of TCP, UDP and SCTP. */
export type PortProtocol = typeof TCP | typeof UDP | typeof SCTP | null

const SOURCE_PORT = 0
const DESTINATION_PORT = 2
const IPV4_PROTOCOL = 9
const IPV6_NEXT_HEADER = 6

/** The ports from `low` to `high`, inclusive. */
export interface PortRange {
  readonly low: number
  readonly high: number
  /** True to compare as one number and not as a range. */
  readonly isSingle: boolean
}

/** A range of ports, or a set of ports. */
export type Ports = PortRange | ReadonlySet<number>

/**
 * Matches packets with these ports over IPv4 or IPv6. IPv4 fragments other than the first never match.
 *
 * @throws FilterSyntaxError for a direction that only 802.11 has.
 */
export function portTest(
  cx: CodeContext,
  ports: Ports,
  protocol: PortProtocol,
  direction: Direction | null,
): Block {
  const ipv4 = ipv4Port(cx, ports, protocol, direction)
  return or(ipv6Port(cx, ports, protocol, direction), ipv4)
}

/** The IPv4 half of {@link portTest}. */
export function ipv4Port(
  cx: CodeContext,
  ports: Ports,
  protocol: PortProtocol,
  direction: Direction | null,
): Block {
  const isIp = linkTypeIs(cx, ether.IP)
  const inProtocol = (number: number) => {
    const isProtocol = equal(cx, 'network', IPV4_PROTOCOL, bpf.B, number)
    const isFirst = and(isProtocol, isFirstFragment(cx))
    return and(isFirst, portFields(cx, 'ipv4Transport', ports, direction))
  }
  return and(isIp, anyProtocol(protocol, inProtocol))
}

/** The IPv6 half of {@link portTest}. Does not skip extension headers. */
export function ipv6Port(
  cx: CodeContext,
  ports: Ports,
  protocol: PortProtocol,
  direction: Direction | null,
): Block {
  const isIpv6 = linkTypeIs(cx, ether.IPV6)
  const inProtocol = (number: number) => {
    const isProtocol = equal(cx, 'network', IPV6_NEXT_HEADER, bpf.B, number)
    return and(isProtocol, portFields(cx, 'ipv6Transport', ports, direction))
  }
  return and(isIpv6, anyProtocol(protocol, inProtocol))
}

/** Matches IPv4 packets that are not fragments, and first fragments. */
export function isFirstFragment(cx: CodeContext): Block {
  return not(hasBits(cx, 'network', 6, bpf.H, 0x1fff))
}

function anyProtocol(protocol: PortProtocol, inProtocol: (number: number) => Block): Block {
  if (protocol !== null) return inProtocol(protocol)
  const tcp = inProtocol(TCP)
  const udp = or(tcp, inProtocol(UDP))
  return or(inProtocol(SCTP), udp)
}

function portFields(
  cx: CodeContext,
  base: 'ipv4Transport' | 'ipv6Transport',
  ports: Ports,
  direction: Direction | null,
): Block {
  return inDirection(
    direction,
    (end) => {
      const offset = end === 'src' ? SOURCE_PORT : DESTINATION_PORT
      if ('has' in ports) return oneOf(cx, base, offset, bpf.H, ports)
      const { low, high, isSingle } = ports
      if (isSingle) return equal(cx, base, offset, bpf.H, low)
      return and(
        atLeast(cx, base, offset, bpf.H, Math.min(low, high)),
        atMost(cx, base, offset, bpf.H, Math.max(low, high)),
      )
    },
    (other) => cx.refuse(`"${other}" can only qualify 802.11 addresses`),
  )
}

/** The IP protocol of a qualifier before `port` or `portrange`. @throws FilterSyntaxError for other protocols. */
export function portProtocolOf(cx: CodeContext, protocol: Protocol | null): PortProtocol {
  switch (protocol) {
    case null:
      return null
    case 'tcp':
      return TCP
    case 'udp':
      return UDP
    case 'sctp':
      return SCTP
    default:
      throw cx.refuse(`"${protocol}" has no ports: only "tcp", "udp" and "sctp" have`)
  }
}
