import { Random, seedOf } from '../../../../fixtures/generator/random.mjs'
import {
  ethernetFrame,
  llcFrame,
  MAC_ADDRESSES,
  type NetworkPacket,
  networkPacket,
  noise,
  pick,
  snapFrame,
  u16,
  u32,
} from './network-packets.js'

/** A frame as captured. */
export interface Frame {
  readonly bytes: Uint8Array
  readonly wireLength: number
}

type Maker = (random: Random, isBigEndian: boolean) => readonly number[]

const PPP_PROTOCOLS: Readonly<Record<number, number>> = { 2048: 0x21, 34525: 0x57, 34887: 0x281, 24579: 0x27 }
const ADDRESS_FAMILIES: Readonly<Record<number, readonly number[]>> = { 2048: [2], 34525: [10, 24, 28, 30] }

const pppProtocol = ({ type }: NetworkPacket): number => PPP_PROTOCOLS[type] ?? type

function addressFamily(random: Random, { type }: NetworkPacket, isBigEndian: boolean): number[] {
  const bytes = u32(pick(random, ADDRESS_FAMILIES[type] ?? [0, 7]))
  return isBigEndian ? bytes : bytes.reverse()
}

/** A packet behind a header of the link type; the header's type field is of the packet. */
function behind(
  header: (packet: NetworkPacket, random: Random, isBigEndian: boolean) => readonly number[],
): Maker {
  return (random, isBigEndian) => {
    const packet = networkPacket(random)
    return [...header(packet, random, isBigEndian), ...packet.bytes]
  }
}

const mac = (random: Random) => pick(random, MAC_ADDRESSES)
const bareIp: Maker = (random) => networkPacket(random).bytes

// Frame control bytes: beacon, probe response, RTS, ACK, PS-Poll, data, null, QoS data; each with any direction.
const FRAME_CONTROLS = [0x80, 0x50, 0xb4, 0xd4, 0xa4, 0x08, 0x08, 0x08, 0x48, 0x88, 0x88, 0xc8, 0x18] as const

const wlanFrame: Maker = (random) => {
  const control = pick(random, FRAME_CONTROLS)
  const direction = random.below(4)
  const isQos = (control & 0x8c) === 0x88
  const protectedFlag = random.chance(0.1) ? 0x40 : 0
  return [
    ...[
      control,
      direction | protectedFlag,
      0,
      0,
      ...mac(random),
      ...mac(random),
      ...mac(random),
      ...noise(random, 2),
    ],
    ...(direction === 3 ? mac(random) : []),
    ...(isQos ? [0, 0] : []),
    ...(random.chance(0.9) ? snapFrame(random) : llcFrame(random)),
  ]
}

const radiotap: Maker = (random, isBigEndian) => {
  const bytes = pick(random, [8, 13, 18, 24, 26])
  const flags = pick(random, [0, 2, 0x12, 0x20])
  const header = [0, 0, bytes, 0, 2, 0, 0, 0, flags, ...noise(random, bytes)]
  return [...header.slice(0, bytes), ...wlanFrame(random, isBigEndian)]
}

const ppi: Maker = (random, isBigEndian) => {
  const bytes = pick(random, [8, 12, 32])
  const linkType = random.chance(0.8) ? 105 : 1
  const inner = linkType === 105 ? wlanFrame(random, isBigEndian) : ethernetFrame(random)
  return [0, 0, bytes, 0, linkType, 0, 0, 0, ...noise(random, bytes - 8), ...inner]
}

const frameRelay: Maker = (random) => {
  const packet = networkPacket(random)
  const nlpid =
    packet.type === 0x0800 ? 0xcc : packet.type === 0x86dd ? 0x8e : pick(random, [0x81, 0x82, 0x83, 0x80])
  return [0x18, 0x41, 0x03, nlpid, ...packet.bytes]
}

const sunAtm: Maker = (random) => {
  const head = [
    pick(random, [1, 2, 5, 6, 0x81]),
    pick(random, [0, 1]),
    0,
    pick(random, [0, 1, 2, 3, 4, 5, 16, 100]),
  ]
  const lane = [0, pick(random, [1, 0xff]), ...ethernetFrame(random)]
  return [...head, ...(random.chance(0.4) ? lane : llcFrame(random))]
}

const mtp2: Maker = (random) => [
  ...[random.below(128), random.below(128), pick(random, [0, 1, 2, 3, 20, 63])],
  ...[
    pick(random, [3, 0x83, 5]),
    ...noise(random, 2),
    ...pick(random, [[5, 0x40, 1], [1, 0, 0], noise(random, 3)]),
  ],
  ...[pick(random, [0x10, 0x20]), ...noise(random, 20)],
]

const juniper: Maker = (random) => {
  const flags = pick(random, [0x80, 0x81, 0x00, 0x03, 0x02])
  const cookie = pick(random, [[], [0x54, 0x02], noise(random, 4), noise(random, 8), [0x45], [0x60, 0, 0, 0]])
  const inner = random.chance(0.3) ? snapFrame(random) : networkPacket(random).bytes
  const extension = (flags & 0x80) !== 0 ? [...u16(6), ...noise(random, 6)] : []
  return [0x4d, 0x47, 0x43, flags, ...extension, ...cookie, ...inner]
}

// A header of any length before IP or Ethernet: for link types of which libpcap knows little.
const unknown: Maker = (random) => [
  ...noise(random, random.below(24)),
  ...(random.chance(0.5) ? networkPacket(random).bytes : ethernetFrame(random)),
]

const MAKERS: Readonly<Record<number, Maker>> = {
  0: behind((packet, random, isBigEndian) => addressFamily(random, packet, isBigEndian)),
  1: (random) => ethernetFrame(random),
  6: (random) => {
    const route = random.chance(0.3) ? [0x06, 0x30, 0, 0x11, 0, 0x20] : []
    const source = [...mac(random)]
    if (route.length > 0) source[0]! |= 0x80
    return [0x10, 0x40, ...mac(random), ...source, ...route, ...llcFrame(random)]
  },
  7: behind(({ type }, random) => [
    1,
    pick(random, [2, 0]),
    type === 0x0800 ? 212 : type === 0x0806 ? 213 : 240,
    0,
    0,
    0,
  ]),
  8: behind((_, random) => [random.below(2), 0x45, ...noise(random, 14)]),
  9: behind((packet, random) =>
    random.chance(0.8) ? [0xff, 0x03, ...u16(pppProtocol(packet))] : u16(pppProtocol(packet)),
  ),
  10: (random) => [pick(random, [0x50, 0x54, 0x41]), ...mac(random), ...mac(random), ...llcFrame(random)],
  50: behind((packet, random) => [
    ...pick(random, [
      [0xff, 0x03],
      [0x8f, 0x00],
    ]),
    ...u16(pppProtocol(packet)),
  ]),
  51: behind((packet) => [0x11, 0, 0, 1, 0, 40, ...u16(pppProtocol(packet))]),
  99: behind(({ type }, random) => [...noise(random, 6), ...u16(type), ...noise(random, 36)]),
  100: (random) => llcFrame(random),
  101: bareIp,
  104: behind(({ type }) => [0x0f, 0, ...u16(type)]),
  105: wlanFrame,
  106: bareIp,
  107: frameRelay,
  108: behind((packet, random) => addressFamily(random, packet, true)),
  109: behind((packet, random, isBigEndian) => [
    ...addressFamily(random, packet, isBigEndian),
    ...noise(random, 8),
  ]),
  113: behind(({ type }, random) => [
    ...[0, random.below(5), ...u16(pick(random, [1, 772, 824])), 0, 6, ...mac(random), 0, 0],
    ...u16(random.chance(0.1) ? 4 : type),
  ]),
  117: behind(({ type }, random) => [
    ...[
      pick(random, [61, 45, 48]),
      type === 0x86dd ? 24 : 2,
      random.below(4),
      random.below(8),
      0x65,
      0x74,
      0x68,
      0x30,
    ],
    ...[...noise(random, 12).fill(0), 0x6d, 0x61, 0x69, 0x6e, ...new Array<number>(12).fill(0)],
    ...[...u32(pick(random, [0, 5])), ...u32(pick(random, [0, 1])), ...noise(random, 20)],
  ]),
  119: (random, isBigEndian) =>
    random.chance(0.5)
      ? [...u32(0x44), 144, 0, 0, 0, ...noise(random, 136), ...wlanFrame(random, isBigEndian)]
      : [0x80, 0x21, 0x10, 0x01, ...u32(64), ...noise(random, 56), ...wlanFrame(random, isBigEndian)],
  122: (random) => [0, 0, ...mac(random), 0, 0, ...mac(random), ...snapFrame(random)],
  123: sunAtm,
  127: radiotap,
  129: behind(({ type }, random) => [1, pick(random, [2, 0]), 0, 0, type === 0x0800 ? 212 : 213]),
  138: behind(({ type }, random) => [...noise(random, 16), ...u16(type)]),
  139: (random, isBigEndian) => [...noise(random, 4), ...mtp2(random, isBigEndian)],
  140: mtp2,
  163: (random, isBigEndian) => [
    0x80,
    0x21,
    0x10,
    0x01,
    ...u32(64),
    ...noise(random, 56),
    ...wlanFrame(random, isBigEndian),
  ],
  166: behind((packet, random) => [random.below(2), 3, ...u16(pppProtocol(packet))]),
  192: ppi,
  197: unknown,
  228: bareIp,
  229: bareIp,
  240: (random) => [...noise(random, 4), ...ethernetFrame(random)],
  241: (random) => [...noise(random, 4), ...noise(random, 8), ...ethernetFrame(random)],
  276: behind(({ type }, random) => [
    ...[
      ...u16(random.chance(0.1) ? 4 : type),
      0,
      0,
      0,
      0,
      0,
      1 + random.below(2),
      ...u16(pick(random, [1, 772])),
    ],
    ...[random.below(5), 6, ...mac(random), 0, 0],
  ]),
}
for (const linkType of [130, 131, 132, 133, 134, 135, 136, 137])
  Object.assign(MAKERS, { [linkType]: juniper })
for (const linkType of [164, 167, 168, 178, 179, 180, 181, 183])
  Object.assign(MAKERS, { [linkType]: juniper })
for (const linkType of [194, 200, 232, 233, 234, 238]) Object.assign(MAKERS, { [linkType]: juniper })

/**
 * Frames of a link type: of what it carries, most of them sound, some cut, some with wild bytes. The same for the same
 * seed.
 */
export function linkFrames(linkType: number, isBigEndian: boolean, count: number, seed: number): Frame[] {
  const random = new Random(seedOf(seed, linkType))
  const make = MAKERS[linkType] ?? unknown
  return Array.from({ length: count }, () => {
    const whole = Uint8Array.from(make(random, isBigEndian))
    if (random.chance(0.15)) for (const value of noise(random, 3)) whole[random.below(whole.length)] = value
    const captured = random.chance(0.15) ? random.below(whole.length + 1) : whole.length
    return { bytes: whole.slice(0, captured), wireLength: whole.length + (random.chance(0.1) ? 1000 : 0) }
  })
}
