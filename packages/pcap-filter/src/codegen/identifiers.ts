import { parseIpv6 } from '../ipv6-address.js'
import type { Identifier, Qualifiers } from '../syntax-tree.js'
import type { Block } from './blocks.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'
import { ipv4Host, ipv6Host } from './ip-hosts.js'
import { arcnetHost, macHost } from './mac-hosts.js'
import { namedTest } from './named-identifiers.js'
import { parseDecnetAddress, parseMac, parseShortAddress, shiftLeft } from './numbers.js'
import { portProtocolOf, portTest } from './ports.js'
import { protochainTest } from './protochain.js'
import { protocolNumberTest, refuseDirection } from './protocols.js'

const ALL_BITS = 0xffff_ffff
const MAX_PORT = 0xffff

/** Matches packets by an address, a number or a name with its qualifiers. */
export function identifierTest(cx: CodeContext, qualifiers: Qualifiers, identifier: Identifier): Block {
  cx.valueColumn = identifier.column
  switch (identifier.form) {
    case 'name':
      return namedTest(cx, qualifiers, identifier.text)
    case 'number':
      return numberTest(cx, qualifiers, identifier.value)
    case 'ipv4':
      return identifier.mask === null
        ? addressTest(cx, qualifiers, identifier.text)
        : networkTest(cx, qualifiers, identifier.text, identifier.mask)
    case 'ipv6':
      return ipv6Test(cx, qualifiers, identifier.text, identifier.prefix ?? 128)
    case 'mac':
      return macTest(cx, qualifiers, identifier.text)
    case 'arcnet':
      return arcnetTest(cx, qualifiers, identifier.text)
  }
}

function numberTest(cx: CodeContext, qualifiers: Qualifiers, value: number): Block {
  const { protocol, direction, kind } = qualifiers
  switch (kind) {
    case null:
    case 'host':
    case 'net': {
      if (protocol === 'decnet') return ipv4Host(cx, value, 0, protocol, direction, kind)
      if (protocol === 'link') throw cx.refuseValue('a number is not a link-layer address')
      let address = value
      let mask = ALL_BITS
      // A short network number gives the first bytes of an address.
      while (kind === 'net' && address !== 0 && address >>> 24 === 0) {
        address = shiftLeft(address, 8)
        mask = shiftLeft(mask, 8)
      }
      return ipv4Host(cx, address, mask, protocol, direction, kind)
    }
    case 'port':
    case 'portrange': {
      const portProtocol = portProtocolOf(cx, protocol)
      if (value > MAX_PORT) throw cx.refuseValue(`${value} is not a port: the highest is ${MAX_PORT}`)
      return portTest(cx, { low: value, high: value, isSingle: kind === 'port' }, portProtocol, direction)
    }
    case 'gateway':
      throw cx.refuse('"gateway" needs a name')
    case 'proto':
      refuseDirection(cx, qualifiers)
      return protocolNumberTest(cx, value, protocol)
    case 'protochain':
      return protochainTest(cx, value, protocol)
  }
}

// An address of one to four bytes; fewer than four mean a network.
function addressTest(cx: CodeContext, { protocol, direction, kind }: Qualifiers, text: string): Block {
  if (kind === 'port' || kind === 'portrange' || kind === 'proto' || kind === 'protochain') {
    throw cx.refuse(`"${kind}" cannot qualify an IPv4 address`)
  }
  if (kind === 'gateway') throw cx.refuse('"gateway" needs a name')
  if (protocol === 'decnet') {
    const node = parseDecnetAddress(text)
    if (node === null) throw cx.refuseValue(`"${text}" is not a DECnet address`)
    return ipv4Host(cx, node, 0, protocol, direction, kind)
  }
  const address = ipv4Bytes(cx, text)
  if (protocol === 'link') throw cx.refuseValue('an IPv4 address is not a link-layer address')
  const missing = 32 - address.bits
  return ipv4Host(
    cx,
    shiftLeft(address.value, missing),
    shiftLeft(ALL_BITS, missing),
    protocol,
    direction,
    kind,
  )
}

function ipv4Bytes(cx: CodeContext, text: string) {
  const address = parseShortAddress(text)
  if (address === null) throw cx.refuseValue(`"${text}" is not an IPv4 address`)
  return address
}

function networkTest(cx: CodeContext, qualifiers: Qualifiers, text: string, mask: number | string): Block {
  const short = ipv4Bytes(cx, text)
  const address = shiftLeft(short.value, 32 - short.bits)
  const bits = typeof mask === 'number' ? prefixMask(cx, mask) : maskBits(cx, mask)
  if ((address & ~bits) !== 0) throw cx.refuseValue(`"${text}" has bits outside the mask`)
  if (qualifiers.kind !== 'net') throw cx.refuseValue('a mask is only allowed after "net"')
  return ipv4Host(cx, address, bits, qualifiers.protocol, qualifiers.direction, 'net')
}

function prefixMask(cx: CodeContext, length: number): number {
  if (length > 32) throw cx.refuseValue('a prefix of an IPv4 network has at most 32 bits')
  return length === 0 ? 0 : shiftLeft(ALL_BITS, 32 - length)
}

function maskBits(cx: CodeContext, text: string): number {
  const { value, bits } = ipv4Bytes(cx, text)
  return shiftLeft(value, 32 - bits)
}

function ipv6Test(
  cx: CodeContext,
  { protocol, direction, kind }: Qualifiers,
  text: string,
  prefix: number,
): Block {
  const address = parseIpv6(text)
  if (address === null) throw new Error(`bug: the lexer took "${text}" for an IPv6 address`)
  if (prefix > 128) throw cx.refuseValue('a prefix of an IPv6 network has at most 128 bits')
  const mask = new Uint8Array(16)
  for (let bit = 0; bit < prefix; bit++) mask[bit >> 3]! |= 0x80 >> (bit & 7)
  if (address.some((byte, index) => (byte & ~mask[index]!) !== 0)) {
    throw cx.refuseValue(`"${text}" has bits outside a prefix of ${prefix}`)
  }
  if (kind !== null && kind !== 'host' && kind !== 'net') {
    throw cx.refuse(`"${kind}" cannot qualify an IPv6 address`)
  }
  if (kind !== 'net' && prefix !== 128) throw cx.refuseValue('a prefix length is only allowed after "net"')
  return ipv6Host(cx, address, mask, protocol, direction, kind)
}

function macTest(cx: CodeContext, { protocol, direction, kind }: Qualifiers, text: string): Block {
  if (protocol !== 'link' || (kind !== null && kind !== 'host')) {
    throw cx.refuseValue('an Ethernet address is only allowed after "ether host" and the like')
  }
  return macHost(cx, parseMac(text), direction)
}

function arcnetTest(cx: CodeContext, { protocol, direction, kind }: Qualifiers, text: string): Block {
  if (!dlt.ARCNETS.has(cx.linkType)) throw cx.refuseHere('the link type has no ARCnet addresses')
  if (protocol !== 'link' || (kind !== null && kind !== 'host')) {
    throw cx.refuseValue('an ARCnet address is only allowed after "link host"')
  }
  // libpcap parses from the "$" on, which leaves 0xd0 and the first digit.
  return arcnetHost(cx, 0xd0 | Number.parseInt(text.charAt(1), 16), direction)
}
