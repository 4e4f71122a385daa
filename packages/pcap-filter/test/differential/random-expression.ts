import type { Random } from '../../../../fixtures/generator/random.mjs'
import { IPV4_ADDRESSES, IPV6_ADDRESSES, MAC_ADDRESSES, PORTS, pick } from './network-packets.js'

const MAX_DEPTH = 4

/** An expression of nested tests of every kind, made of the values that the generated packets have. */
export function randomExpression(random: Random, depth = 0): string {
  if (depth === MAX_DEPTH || random.chance(0.35)) return primitive(random)
  const operand = () => randomExpression(random, depth + 1)
  switch (random.below(6)) {
    case 0:
    case 1:
      return `${operand()} ${pick(random, ['and', '&&'])} ${operand()}`
    case 2:
    case 3:
      return `${operand()} ${pick(random, ['or', '||'])} ${operand()}`
    case 4:
      return `${pick(random, ['not ', '!', 'not'])}(${operand()})`
    default:
      return `(${operand()})`
  }
}

const DIRECTIONS = ['', '', 'src ', 'dst ', 'src or dst ', 'src and dst '] as const
const LINK_PROTOCOLS = [
  'ip',
  'ip6',
  'arp',
  'rarp',
  'atalk',
  'aarp',
  'decnet',
  'iso',
  'stp',
  'ipx',
  'netbeui',
  'lat',
] as const
const TRANSPORTS = [
  'tcp',
  'udp',
  'sctp',
  'icmp',
  'icmp6',
  'igmp',
  'igrp',
  'pim',
  'vrrp',
  'ah',
  'esp',
] as const
const OSI_PROTOCOLS = ['clnp', 'esis', 'isis', 'l1', 'l2', 'iih', 'lsp', 'snp', 'csnp', 'psnp'] as const
const NUMBERED = [
  'vlan',
  'vlan 100',
  'vlan 200',
  'mpls',
  'mpls 100',
  'mpls 1024',
  'pppoes',
  'pppoes 1',
] as const
const ENCAPSULATIONS = [...NUMBERED, 'pppoed', 'geneve', 'geneve 11', 'geneve 12'] as const
const OTHERS = [
  'broadcast',
  'multicast',
  'ip broadcast',
  'ip multicast',
  'ip6 multicast',
  'ether multicast',
  'llc',
  'llc u',
] as const
const WLAN = [
  'type mgt',
  'type ctl',
  'type data',
  'subtype beacon',
  'dir tods',
  'dir dstods',
  'type data subtype qos-data',
] as const

function primitive(random: Random): string {
  switch (random.below(15)) {
    case 0:
      return pick(random, LINK_PROTOCOLS)
    case 1:
      return pick(random, TRANSPORTS)
    case 2:
      return pick(random, random.chance(0.5) ? OSI_PROTOCOLS : OTHERS)
    case 3:
      return pick(random, ENCAPSULATIONS)
    case 4:
      return `${pick(random, ['', '', 'ip ', 'arp ', 'rarp '])}${pick(random, DIRECTIONS)}host ${ipv4(random)}`
    case 5:
      return `${pick(random, ['', 'ip6 '])}${pick(random, DIRECTIONS)}host ${ipv6(random)}`
    case 6:
      return network(random)
    case 7:
      return `${pick(random, ['', 'tcp ', 'udp ', 'sctp '])}${pick(random, DIRECTIONS)}port ${pick(random, PORTS)}`
    case 8: {
      const [first, second] = [pick(random, PORTS), pick(random, PORTS)]
      return `${pick(random, ['', 'tcp ', 'udp '])}${pick(random, DIRECTIONS)}portrange ${first}-${second}`
    }
    case 9:
      return protocol(random)
    case 10:
      return random.chance(0.5)
        ? pick(random, WLAN)
        : `${pick(random, ['less', 'greater'])} ${random.below(120)}`
    case 11:
      return `${pick(random, ['ether ', 'wlan '])}${pick(random, DIRECTIONS)}host ${mac(random)}`
    default:
      return `${arithmetic(random, 0)} ${pick(random, ['=', '!=', '<', '>', '<=', '>='])} ${arithmetic(random, 1)}`
  }
}

const ipv4 = (random: Random) => pick(random, IPV4_ADDRESSES).join('.')
const ipv6 = (random: Random) =>
  pick(random, IPV6_ADDRESSES)
    .map((group) => group.toString(16))
    .join(':')
const mac = (random: Random) =>
  pick(random, MAC_ADDRESSES)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(':')

function network(random: Random): string {
  const direction = pick(random, DIRECTIONS)
  if (random.chance(0.3))
    return `${direction}net ${pick(random, ['2001:db8::/32', 'fe80::/10', '::/0', 'ff00::/8'])}`
  const of = pick(random, ['', 'ip ', 'arp '])
  return `${of}${direction}net ${pick(random, ['10.0.0.0/8', '192.168', '172.16/12', '10.0.0.0/31', '0.0.0.0/0', '224/4'])}`
}

function protocol(random: Random): string {
  if (random.chance(0.2))
    return `ether proto ${pick(random, [0x0800, 0x0806, 0x86dd, 0x42, 0xfe, 0x8100, 1000])}`
  const word = random.chance(0.2) ? 'protochain' : 'proto'
  return `${pick(random, ['', 'ip ', 'ip6 '])}${word} ${pick(random, [6, 17, 132, 1, 58, 50, 51, 44, 0, 255])}`
}

const ACCESSORS = [
  'ip',
  'ip6',
  'tcp',
  'udp',
  'icmp',
  'icmp6',
  'ether',
  'arp',
  'sctp',
  'igmp',
  'link',
  'radio',
  'wlan',
] as const
const OPERATORS = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'] as const

function arithmetic(random: Random, depth: number): string {
  switch (random.below(depth > 3 ? 4 : 7)) {
    case 0:
    case 1:
      return `${pick(random, [0, 1, 2, 4, 5, 6, 8, 15, 17, 64, 80, 0x45, 0x800, 0xffff, 0x0a000001, 0xffffffff])}`
    case 2:
      return 'len'
    case 3:
    case 4: {
      const offset = random.chance(0.8) ? `${random.below(24)}` : arithmetic(random, depth + 2)
      return `${pick(random, ACCESSORS)}[${offset}${pick(random, ['', ':1', ':2', ':4'])}]`
    }
    case 5:
      return `(${arithmetic(random, depth + 1)} ${pick(random, OPERATORS)} ${arithmetic(random, depth + 1)})`
    default:
      return `${random.chance(0.1) ? '- ' : ''}${arithmetic(random, depth + 1)} ${pick(random, OPERATORS)} ${arithmetic(random, depth + 1)}`
  }
}
