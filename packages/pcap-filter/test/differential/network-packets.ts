import type { Random } from '../../../../fixtures/generator/random.mjs'

// Packets from the network layer up, made of the values that the expressions ask for, with a little noise.

/** Addresses of IPv4 in the packets. */
export const IPV4_ADDRESSES: readonly (readonly number[])[] = [
  [10, 0, 0, 1],
  [10, 0, 0, 2],
  [192, 168, 1, 2],
  [172, 16, 3, 4],
  [127, 0, 0, 1],
  [224, 0, 0, 5],
  [255, 255, 255, 255],
  [0, 0, 0, 0],
]
/** Addresses of IPv6 in the packets, as groups of 16 bits. */
export const IPV6_ADDRESSES: readonly (readonly number[])[] = [
  [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1],
  [0x2001, 0xdb8, 0, 0, 0, 0, 0, 2],
  [0xfe80, 0, 0, 0, 0, 0, 0, 1],
  [0xff02, 0, 0, 0, 0, 0, 0, 0xfb],
  [0, 0, 0, 0, 0, 0, 0, 1],
]
export const MAC_ADDRESSES: readonly (readonly number[])[] = [
  [0x00, 0x11, 0x22, 0x33, 0x44, 0x55],
  [0x02, 0, 0, 0, 0, 1],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x01, 0x00, 0x5e, 0, 0, 5],
  [0x00, 0x01, 0x02, 0x03, 0x04, 0x05],
]
export const PORTS: readonly number[] = [80, 443, 53, 22, 1234, 5000, 88, 0, 65535]
const GENEVE_PORT = 6081

/** Ethernet types of the packets that {@link networkPacket} makes. */
const IP = 0x0800
const ARP = 0x0806
const RARP = 0x8035
const IPV6 = 0x86dd
const VLAN = 0x8100
const MPLS = 0x8847
const PPPOED = 0x8863
const PPPOES = 0x8864
const OTHER_TYPES = [
  0x6000, 0x6001, 0x6002, 0x6003, 0x6004, 0x6007, 0x8137, 0x809b, 0x80f3, 0x9000, 0x88cc,
] as const

const MAX_DEPTH = 4

/** What stands behind a link header: its Ethernet type and its bytes. */
export interface NetworkPacket {
  readonly type: number
  readonly bytes: readonly number[]
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)]!
}

export function noise(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.below(256))
}

export const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff]
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)]

/** Some packet; deeper ones are inside others. */
export function networkPacket(random: Random, depth = 0): NetworkPacket {
  const kind = random.below(20)
  if (kind < 8) return { type: IP, bytes: ipv4Packet(random, depth) }
  if (kind < 12) return { type: IPV6, bytes: ipv6Packet(random, depth) }
  if (kind < 14 && depth < MAX_DEPTH) return vlanTag(random, depth)
  switch (kind) {
    case 14:
      return { type: ARP, bytes: arpPacket(random) }
    case 15:
      return { type: RARP, bytes: arpPacket(random) }
    case 16:
      return { type: PPPOED, bytes: [0x11, 9, 0, 0, 0, 4, ...noise(random, 4)] }
    case 17:
      return depth < MAX_DEPTH ? mplsPacket(random, depth) : { type: IP, bytes: [] }
    case 18:
      return depth < MAX_DEPTH ? pppoeSession(random, depth) : { type: IPV6, bytes: [] }
    default:
      return { type: pick(random, OTHER_TYPES), bytes: noise(random, 20 + random.below(30)) }
  }
}

/** An Ethernet frame of any of the three kinds: with a type, with LLC, with SNAP. */
export function ethernetFrame(random: Random, depth = 0): number[] {
  const addresses = [...pick(random, MAC_ADDRESSES), ...pick(random, MAC_ADDRESSES)]
  if (random.chance(0.15)) {
    const llc = llcFrame(random)
    return [...addresses, ...u16(llc.length), ...llc]
  }
  const { type, bytes } = networkPacket(random, depth)
  return [...addresses, ...u16(type), ...bytes]
}

/** LLC: a header of some protocol, or SNAP before a packet. */
export function llcFrame(random: Random): number[] {
  if (random.chance(0.7)) return snapFrame(random)
  const sap = pick(random, [0x42, 0xe0, 0xf0, 0xfe, 0x06, 0xff])
  const control = pick(random, [0x03, 0x63, 0xaf, 0xe3, 0x00, 0x01, 0x05, 0x09, 0x0f, 0x43, 0x6f, 0x87])
  const osi = [
    pick(random, [0x81, 0x82, 0x83]),
    0x1b,
    1,
    0,
    pick(random, [15, 16, 17, 18, 20, 24, 25, 26, 27]),
  ]
  return [sap, pick(random, [sap, 0xaa]), control, ...osi, ...noise(random, 20)]
}

export function snapFrame(random: Random): number[] {
  const { type, bytes } = networkPacket(random)
  const organization = random.chance(0.8)
    ? [0, 0, 0]
    : pick(random, [[0x08, 0, 0x07], [0, 0, 0xf8], noise(random, 3)])
  return [0xaa, 0xaa, 0x03, ...organization, ...u16(type), ...bytes]
}

function vlanTag(random: Random, depth: number): NetworkPacket {
  const inner = networkPacket(random, depth + 1)
  const id = pick(random, [100, 200, 0, 4095])
  const type = pick(random, [VLAN, VLAN, 0x88a8, 0x9100])
  return { type, bytes: [...u16(id | (random.below(8) << 13)), ...u16(inner.type), ...inner.bytes] }
}

function mplsPacket(random: Random, depth: number): NetworkPacket {
  const labels: number[] = []
  const count = 1 + random.below(3)
  for (let i = 1; i <= count; i++) {
    const label = pick(random, [100, 1000, 1024, 0, 1048575])
    labels.push(...u32((label << 12) | (i === count ? 0x100 : 0) | 64))
  }
  const inner = random.chance(0.6) ? ipv4Packet(random, depth + 1) : ipv6Packet(random, depth + 1)
  return { type: MPLS, bytes: [...labels, ...inner] }
}

function pppoeSession(random: Random, depth: number): NetworkPacket {
  const isV6 = random.chance(0.3)
  const inner = isV6 ? ipv6Packet(random, depth + 1) : ipv4Packet(random, depth + 1)
  const header = [0x11, 0, ...u16(pick(random, [1, 2, 0x11])), ...u16(inner.length + 2)]
  const protocol = random.chance(0.1) ? 0xc021 : isV6 ? 0x57 : 0x21
  return { type: PPPOES, bytes: [...header, ...u16(protocol), ...inner] }
}

function arpPacket(random: Random): number[] {
  const sender = [...pick(random, MAC_ADDRESSES), ...pick(random, IPV4_ADDRESSES)]
  const target = [...pick(random, MAC_ADDRESSES), ...pick(random, IPV4_ADDRESSES)]
  return [0, 1, 8, 0, 6, 4, 0, 1 + random.below(4), ...sender, ...target, ...noise(random, 18)]
}

const PROTOCOLS = [6, 6, 6, 17, 17, 17, 132, 1, 2, 9, 47, 50, 51, 58, 89, 103, 112] as const

function ipv4Packet(random: Random, depth: number): number[] {
  const protocol = pick(random, PROTOCOLS)
  const options = random.chance(0.2) ? noise(random, 4 * (1 + random.below(3))) : []
  const payload = transport(random, protocol, depth)
  const fragment = random.chance(0.15)
    ? pick(random, [0x2000, 0x2005, 0x0005, 0x1fff])
    : pick(random, [0, 0x4000])
  return [
    ...[0x45 + options.length / 4, pick(random, [0, 0, 0x10]), ...u16(20 + options.length + payload.length)],
    ...[
      ...noise(random, 2),
      ...u16(fragment),
      pick(random, [64, 63, 1, 128, 255]),
      protocol,
      ...noise(random, 2),
    ],
    ...[...pick(random, IPV4_ADDRESSES), ...pick(random, IPV4_ADDRESSES), ...options, ...payload],
  ]
}

// Extension headers: hop by hop, routing, fragment, authentication, destination options.
const EXTENSIONS = [0, 43, 44, 51, 60] as const

function ipv6Packet(random: Random, depth: number): number[] {
  const protocol = pick(random, PROTOCOLS)
  let next: number = protocol
  let payload = transport(random, protocol, depth)
  while (random.chance(0.25)) {
    const extension = pick(random, EXTENSIONS)
    const words = extension === 51 ? 1 + random.below(3) : random.below(2)
    const bytes = extension === 44 ? 8 : extension === 51 ? 4 * (words + 2) : 8 * (words + 1)
    payload = [next, words, ...noise(random, bytes - 2), ...payload]
    next = extension
  }
  const addresses = [pick(random, IPV6_ADDRESSES), pick(random, IPV6_ADDRESSES)].flat().flatMap(u16)
  return [0x60, 0, 0, 0, ...u16(payload.length), next, pick(random, [64, 1, 255]), ...addresses, ...payload]
}

function transport(random: Random, protocol: number, depth: number): number[] {
  const ports = [...u16(pick(random, PORTS)), ...u16(pick(random, PORTS))]
  switch (protocol) {
    case 6: {
      const flags = pick(random, [0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x29, 0xc2])
      const payload = random.chance(0.5) ? [0x47, 0x45, 0x54, 0x20, ...noise(random, 10)] : []
      return [...ports, ...noise(random, 8), 0x50, flags, ...noise(random, 6), ...payload]
    }
    case 17: {
      if (depth < MAX_DEPTH && random.chance(0.3)) return genevePacket(random, depth)
      return [...ports, 0, 8 + 12, ...noise(random, 2), ...noise(random, 12)]
    }
    case 132:
      return [...ports, ...noise(random, 20)]
    case 1:
      return [pick(random, [0, 3, 8, 11]), pick(random, [0, 1]), ...noise(random, 10)]
    case 58:
      return [pick(random, [1, 128, 129, 135, 136]), 0, ...noise(random, 22)]
    case 51:
      return [
        pick(random, [6, 17, 50, 59]),
        pick(random, [1, 4]),
        ...noise(random, 10),
        ...ports,
        ...noise(random, 20),
      ]
    default:
      return noise(random, 8 + random.below(20))
  }
}

function genevePacket(random: Random, depth: number): number[] {
  const options = random.below(3)
  const isEthernet = random.chance(0.5)
  const inner = isEthernet ? null : networkPacket(random, depth + 1)
  const content = inner === null ? ethernetFrame(random, depth + 1) : inner.bytes
  const header = [options, pick(random, [0, 0x40]), ...u16(inner === null ? 0x6558 : inner.type), 0, 0, 11, 0]
  const udp = [
    ...u16(pick(random, PORTS)),
    ...u16(GENEVE_PORT),
    ...u16(16 + 4 * options + content.length),
    0,
    0,
  ]
  return [...udp, ...header, ...noise(random, 4 * options), ...content]
}
