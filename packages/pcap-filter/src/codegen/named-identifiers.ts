import type { Protocol } from '../keywords.js'
import { networkAddress } from '../names/networks.js'
import { ipProtocolNumber } from '../names/protocols.js'
import { servicePort } from '../names/services.js'
import type { Qualifiers } from '../syntax-tree.js'
import { type Block, or } from './blocks.js'
import { type CodeContext, NOT_SET } from './context.js'
import * as ether from './ether-types.js'
import { ipv4Host, ipv6Host } from './ip-hosts.js'
import { CLNP, ESIS, ISIS } from './link-type-test.js'
import { type PortProtocol, portProtocolOf, portTest, SCTP, TCP, UDP } from './ports.js'
import { protochainTest } from './protochain.js'
import { protocolNumberTest, refuseDirection } from './protocols.js'

const MAX_PORT = 0xffff
const ALL_BITS = 0xffff_ffff
const IPV6_ALL_BITS = new Uint8Array(16).fill(0xff)

/** Names after `ether proto`. */
const ETHER_PROTOCOLS: Readonly<Record<string, number>> = {
  aarp: ether.AARP,
  arp: ether.ARP,
  atalk: ether.ATALK,
  decnet: ether.DECNET,
  ip: ether.IP,
  ip6: ether.IPV6,
  lat: ether.LAT,
  loopback: ether.LOOPBACK,
  mopdl: ether.MOPDL,
  moprc: ether.MOPRC,
  rarp: ether.RARP,
  sca: ether.SCA,
  iso: ether.SAP_ISO,
  stp: ether.SAP_STP,
  ipx: ether.SAP_IPX,
  netbeui: ether.SAP_NETBEUI,
}
const OSI_PROTOCOLS: Readonly<Record<string, number>> = { esis: ESIS, isis: ISIS, clnp: CLNP }

/** Matches packets by a name with its qualifiers. @throws FilterSyntaxError for an unknown name. */
export function namedTest(cx: CodeContext, qualifiers: Qualifiers, name: string): Block {
  const { protocol, direction, kind } = qualifiers
  switch (kind) {
    case null:
    case 'host':
      return hostTest(cx, qualifiers, name)
    case 'net': {
      const address = known(cx, networkAddress(name), `"${name}" is not a known network`)
      return ipv4Host(cx, address, ALL_BITS, protocol, direction, kind)
    }
    case 'port': {
      const wanted = portProtocolOf(cx, protocol)
      const service = serviceOf(cx, name)
      refuseBeyond(cx, service.port)
      const ports = { low: service.port, high: service.port, isSingle: true }
      return portTest(cx, ports, agreed(cx, name, service.protocol, wanted), direction)
    }
    case 'portrange':
      return rangeTest(cx, qualifiers, name)
    case 'gateway':
      throw cx.refuse('"gateway" is not supported, as in libpcap built with IPv6')
    case 'proto':
    case 'protochain': {
      const number = protocolNumber(cx, name, protocol)
      if (kind === 'protochain') return protochainTest(cx, number, protocol)
      refuseDirection(cx, qualifiers)
      return protocolNumberTest(cx, number, protocol)
    }
  }
}

function hostTest(cx: CodeContext, { protocol, direction, kind }: Qualifiers, name: string): Block {
  if (protocol === 'link')
    throw cx.refuseValue(`"${name}" is not an Ethernet address: such names are not looked up`)
  if (protocol === 'decnet')
    throw cx.refuseValue(`"${name}" is not a DECnet address: such names are not looked up`)
  const addresses = cx.surroundings.hostAddresses(name)
  if (addresses === null || addresses.length === 0)
    throw cx.refuseValue(`no address is known for host "${name}"`)
  // Without a type field, do not test for ARP.
  const isPlain = cx.linkTypeField.constant === NOT_SET && protocol === null
  const forIpv4: Protocol | null = isPlain ? 'ip' : protocol
  const forIpv6: Protocol | null = isPlain ? 'ip6' : protocol
  let whole: Block | null = null
  for (const address of addresses) {
    if (address.length === 4 ? forIpv4 === 'ip6' : forIpv6 === 'ip') continue
    const one =
      address.length === 4
        ? ipv4Host(
            cx,
            new DataView(address.buffer, address.byteOffset).getUint32(0),
            ALL_BITS,
            forIpv4,
            direction,
            kind,
          )
        : ipv6Host(cx, address, IPV6_ALL_BITS, forIpv6, direction, kind)
    whole = whole === null ? one : or(whole, one)
  }
  if (whole === null) throw cx.refuseValue(`host "${name}" has no address of this IP version`)
  return whole
}

interface Service {
  readonly port: number
  /** Null when the name has this port in more than one protocol, or is a number. */
  readonly protocol: PortProtocol
}

// Looks a name up under TCP and UDP, as libpcap does. SCTP has no names of its own.
function serviceOf(cx: CodeContext, name: string): Service {
  if (/^\d+$/.test(name)) return { port: Number(name), protocol: null }
  const found = servicePort(name)
  const tcp = found?.tcp ?? null
  const udp = found?.udp ?? null
  if (tcp !== null) return { port: tcp, protocol: udp === tcp ? null : TCP }
  if (udp !== null) return { port: udp, protocol: UDP }
  throw cx.refuseValue(`"${name}" is not a known service`)
}

const PROTOCOL_WORDS = { [TCP]: 'tcp', [UDP]: 'udp', [SCTP]: 'sctp' } as const

function agreed(cx: CodeContext, name: string, found: PortProtocol, wanted: PortProtocol): PortProtocol {
  if (wanted === null) return found
  if (found !== null && found !== wanted) throw cx.refuseValue(`"${name}" is a ${PROTOCOL_WORDS[found]} port`)
  return wanted
}

function rangeTest(cx: CodeContext, { protocol, direction }: Qualifiers, name: string): Block {
  const wanted = portProtocolOf(cx, protocol)
  const range = numericRange(name) ?? namedRange(cx, name)
  refuseBeyond(cx, range.low)
  refuseBeyond(cx, range.high)
  const ports = { low: range.low, high: range.high, isSingle: false }
  return portTest(cx, ports, agreed(cx, name, range.protocol, wanted), direction)
}

function refuseBeyond(cx: CodeContext, port: number): void {
  if (port > MAX_PORT) throw cx.refuseValue(`${port} is not a port: the highest is ${MAX_PORT}`)
}

// Parses digits, a hyphen and digits, and ignores what follows.
function numericRange(name: string) {
  const match = /^(\d+)-(\d+)/.exec(name)
  return match === null ? null : { low: Number(match[1]), high: Number(match[2]), protocol: null }
}

function namedRange(cx: CodeContext, name: string) {
  const hyphen = name.indexOf('-')
  if (hyphen === -1) throw cx.refuseValue(`"${name}" is not a range of ports such as 1000-2000`)
  const low = serviceOf(cx, name.slice(0, hyphen))
  const high = serviceOf(cx, name.slice(hyphen + 1))
  return { low: low.port, high: high.port, protocol: low.protocol === high.protocol ? low.protocol : null }
}

function protocolNumber(cx: CodeContext, name: string, protocol: Protocol | null): number {
  switch (protocol) {
    case null:
    case 'ip':
    case 'ip6':
      return known(cx, ipProtocolNumber(name), `"${name}" is not a known protocol over IP`)
    case 'link':
      return known(
        cx,
        valueIn(ETHER_PROTOCOLS, name),
        `"${name}" is not a known protocol over the link layer`,
      )
    case 'iso':
      return known(cx, valueIn(OSI_PROTOCOLS, name), `"${name}" is not an OSI protocol`)
    default:
      throw cx.refuse(`"${protocol}" has no field for the protocol that it carries`)
  }
}

function valueIn(table: Readonly<Record<string, number>>, name: string): number | null {
  return Object.hasOwn(table, name) ? table[name]! : null
}

function known(cx: CodeContext, number: number | null, otherwise: string): number {
  if (number === null) throw cx.refuseValue(otherwise)
  return number
}
