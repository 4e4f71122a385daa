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
/** IP protocol of a port; null: TCP, UDP or SCTP. */
export type PortProtocol = typeof TCP | typeof UDP | typeof SCTP | null

const SOURCE_PORT = 0
const DESTINATION_PORT = 2
const IPV4_PROTOCOL = 9
const IPV6_NEXT_HEADER = 6

/** Packets with a port, or with one from `low` to `high`, over IPv4 or IPv6. Later IPv4 fragments match no port. */
export interface PortRange {
  readonly low: number
  readonly high: number
  /** Compared as one number, not as a range. */
  readonly isSingle: boolean
}

/** A range of ports, or several ports. */
export type Ports = PortRange | ReadonlySet<number>

/** @throws FilterSyntaxError for a direction that only 802.11 has. */
export function portTest(
  cx: CodeContext,
  ports: Ports,
  protocol: PortProtocol,
  direction: Direction | null,
): Block {
  const ipv4 = ipv4Port(cx, ports, protocol, direction)
  return or(ipv6Port(cx, ports, protocol, direction), ipv4)
}

/** Of {@link portTest} the half for IPv4. */
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

/** Of {@link portTest} the half for IPv6; extension headers are not stepped over. */
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

/** An IPv4 packet that is no fragment, or the first. */
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
    (other) => cx.refuse(`"${other}" can stand before 802.11 addresses only`),
  )
}

/** The IP protocol that a qualifier before `port` or `portrange` asks for. */
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
      throw cx.refuse(`"${protocol}" has no ports, only "tcp", "udp" and "sctp" have`)
  }
}
