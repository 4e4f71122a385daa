// Changes frames where headers are. Headers are found by what they look like, wherever they stand, so that those inside
// of tunnels are met without a description of each tunnel.

import { concat, edgeNear, mutateBytes, pick, readUint, rounds, writeUint } from './mutate-bytes.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */
/** @typedef {import('./capture-parts.mjs').Packet} Packet */

/** @typedef {readonly [at: number, size: 1 | 2 | 4]} HeaderField */

/**
 * An IP header in a frame.
 *
 * @typedef {object} FoundIp
 * @property {4 | 6} version
 * @property {number} at
 * @property {number} payloadAt of its payload
 * @property {number} end of the packet, at most the frame's
 * @property {number} protocol
 */

const TCP = 6
const UDP = 17
const FRAGMENT = 44
/** @type {readonly HeaderField[]} */
const IPV4_FIELDS = [
  [0, 1],
  [1, 1],
  [2, 2],
  [4, 2],
  [6, 2],
  [8, 1],
  [9, 1],
  [12, 4],
  [16, 4],
]
/** @type {readonly HeaderField[]} */
const IPV6_FIELDS = [
  [0, 1],
  [4, 2],
  [6, 1],
  [7, 1],
  [20, 4],
  [36, 4],
]
/** @type {readonly HeaderField[]} */
const TCP_FIELDS = [
  [0, 2],
  [2, 2],
  [4, 4],
  [8, 4],
  [12, 1],
  [13, 1],
  [14, 2],
  [20, 1],
  [21, 1],
  [22, 1],
]
/** @type {readonly HeaderField[]} */
const UDP_FIELDS = [
  [0, 2],
  [2, 2],
  [4, 2],
  [6, 2],
]
/** Of tunnels, extension headers, ICMP: what stands first is what matters. @type {readonly HeaderField[]} */
const OTHER_FIELDS = [
  [0, 1],
  [1, 1],
  [2, 2],
  [4, 2],
  [6, 2],
  [8, 4],
  [12, 4],
]
const TUNNEL_PORTS = [4789, 8472, 6081, 2152, 1701, 3544, 4341, 4790, 6635, 5246, 5247, 12_222, 37_008]
const PROTOCOLS = [
  0, 1, 2, 4, 6, 17, 33, 41, 43, 44, 47, 50, 51, 58, 59, 60, 97, 103, 115, 132, 135, 136, 137, 143, 145,
]
const ETHER_TYPES = [
  0x0800, 0x86dd, 0x8100, 0x88a8, 0x9100, 0x8847, 0x8848, 0x8863, 0x8864, 0x88e7, 0x894f, 0x8909, 0x88e5,
  0x8903, 0x0806, 0x6558, 0x880b, 0x88be, 0x22eb, 0x893f, 0x8926, 0x05dc, 0x0003,
]

/** The IP headers of a frame, those inside of others too. @param {Uint8Array} frame @returns {FoundIp[]} */
export function findIp(frame) {
  /** @type {FoundIp[]} */
  const found = []
  for (let at = 0; at + 20 <= frame.length && found.length < 16; at++) {
    const version = frame[at] ?? 0
    if (version >= 0x45 && version <= 0x4f) {
      const headerBytes = 4 * (version & 15)
      const total = readUint(frame, at + 2, 2, false)
      if (total < headerBytes || at + total > frame.length) continue
      found.push({
        version: 4,
        at,
        payloadAt: at + headerBytes,
        end: at + total,
        protocol: frame[at + 9] ?? 0,
      })
    } else if (version >> 4 === 6 && at + 40 <= frame.length) {
      const end = at + 40 + readUint(frame, at + 4, 2, false)
      if (end > frame.length || !PROTOCOLS.includes(frame[at + 6] ?? 0)) continue
      found.push({ version: 6, at, payloadAt: at + 40, end, protocol: frame[at + 6] ?? 0 })
    }
  }
  return found
}

/**
 * A changed copy of a packet: fields of its headers, its link header, its length, or anything.
 *
 * @param {Random} random
 * @param {Packet} packet
 * @param {Packet} other of which pieces may be taken
 * @returns {Packet}
 */
export function mutatePacket(random, packet, other) {
  /** @type {Packet} */
  let changed = { ...packet, frame: Uint8Array.from(packet.frame) }
  for (let left = rounds(random); left > 0; left--) changed = mutateOnce(random, changed, other)
  changed.frame = changed.frame.slice(0, 128 * 1024)
  changed.originalBytes = Math.max(changed.originalBytes, changed.frame.length)
  return changed
}

/** @param {Random} random @param {Packet} packet its frame may be changed in place @param {Packet} other @returns {Packet} */
function mutateOnce(random, packet, other) {
  const { frame } = packet
  const ips = findIp(frame)
  switch (random.below(12)) {
    case 0:
      return { ...packet, frame: mutateBytes(random, frame, other.frame) }
    case 1:
      return { ...packet, frame: frame.slice(0, random.below(frame.length + 1)) } // the snaplen cut it
    case 2:
      return { ...packet, originalBytes: frame.length + random.below(random.chance(0.5) ? 20 : 70_000) }
    case 3:
      mutateLink(random, frame)
      return packet
    case 4:
      return ips.length === 0
        ? packet
        : { ...packet, frame: nested(random, frame, pick(random, ips), other.frame) }
    case 5:
      return { ...packet, tsSec: (packet.tsSec + random.between(-100, 100)) >>> 0 }
    default:
      if (ips.length > 0) mutateHeader(random, frame, pick(random, ips))
      return packet
  }
}

/** @param {Random} random @param {Uint8Array} frame */
function mutateLink(random, frame) {
  if (frame.length < 16) return
  if (random.chance(0.5)) writeUint(frame, 12 + 2 * random.below(3), 2, false, pick(random, ETHER_TYPES))
  else frame[random.below(Math.min(frame.length, 40))] = random.below(256)
}

/** @param {Random} random @param {Uint8Array} frame @param {FoundIp} ip */
function mutateHeader(random, frame, ip) {
  if (random.chance(0.35)) {
    const kind = random.below(10)
    if (kind < 3) frame[ip.at + (ip.version === 4 ? 9 : 6)] = pick(random, PROTOCOLS)
    else if (kind < 5 && ip.version === 4) asFragment(random, frame, ip)
    else mutateField(random, frame, ip.at, pick(random, ip.version === 4 ? IPV4_FIELDS : IPV6_FIELDS))
  } else if (ip.protocol === TCP) {
    if (random.chance(0.2)) frame[ip.payloadAt + 13] = random.below(64)
    else mutateField(random, frame, ip.payloadAt, pick(random, TCP_FIELDS))
  } else if (ip.protocol === UDP) {
    if (random.chance(0.2))
      writeUint(frame, ip.payloadAt + 2 * random.below(2), 2, false, pick(random, TUNNEL_PORTS))
    else if (random.chance(0.5)) mutateField(random, frame, ip.payloadAt, pick(random, UDP_FIELDS))
    else mutateField(random, frame, ip.payloadAt + 8, pick(random, OTHER_FIELDS))
  } else {
    mutateField(random, frame, ip.payloadAt, pick(random, OTHER_FIELDS))
  }
}

/** @param {Random} random @param {Uint8Array} frame @param {number} from @param {HeaderField} field */
function mutateField(random, frame, from, [place, size]) {
  const at = from + place
  if (at + size > frame.length) return
  const now = readUint(frame, at, size, false)
  // Sequence numbers: near, a window away, and half of the space away.
  const value =
    size === 4 && random.chance(0.3)
      ? now + pick(random, [1460, -1460, 65_536, 2 ** 31 - 1, 2 ** 31])
      : edgeNear(random, now, size)
  writeUint(frame, at, size, false, value)
}

/** Makes a packet say that it is a fragment. @param {Random} random @param {Uint8Array} frame @param {FoundIp} ip */
function asFragment(random, frame, ip) {
  const offset = random.chance(0.5) ? 0 : random.below(random.chance(0.8) ? 8 : 8192)
  writeUint(frame, ip.at + 4, 2, false, random.below(3))
  writeUint(frame, ip.at + 6, 2, false, offset | (random.chance(0.6) ? 0x2000 : 0))
}

/**
 * Puts an IP packet of another frame, or the frame's own, into the packet: as an IP packet in a tunnel.
 *
 * @param {Random} random
 * @param {Uint8Array} frame
 * @param {FoundIp} ip
 * @param {Uint8Array} other
 */
function nested(random, frame, ip, other) {
  const inner = pick(random, [...findIp(other), ip])
  const source = inner === ip ? frame : other
  const packet = source.subarray(inner.at, inner.end)
  const head = frame.slice(0, ip.payloadAt)
  const [protocol, between] = tunnelHeader(random, inner.version)
  head[ip.at + (ip.version === 4 ? 9 : 6)] = protocol
  const payloadBytes = between.length + packet.length
  if (ip.version === 4) writeUint(head, ip.at + 2, 2, false, ip.payloadAt - ip.at + payloadBytes)
  else writeUint(head, ip.at + 4, 2, false, payloadBytes)
  return concat([head, between, packet])
}

/** @param {Random} random @param {4 | 6} version of the packet inside @returns {[protocol: number, header: Uint8Array]} */
function tunnelHeader(random, version) {
  const etherType = version === 4 ? [0x08, 0x00] : [0x86, 0xdd]
  const ethernet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, ...etherType]
  const udp = (/** @type {number} */ port, /** @type {number[]} */ inside) =>
    Uint8Array.from([0xc0, 1, port >> 8, port & 0xff, 0, 0, 0, 0, ...inside])
  switch (random.below(8)) {
    case 0:
      return [47, Uint8Array.from([0, 0, ...etherType])]
    case 1:
      return [47, Uint8Array.from([0xb0, 0, 0x65, 0x58, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1, ...ethernet])]
    case 2:
      return [UDP, udp(4789, [8, 0, 0, 0, 0, 0, 42, 0, ...ethernet])]
    case 3:
      return [UDP, udp(6081, [0, 0, 0x65, 0x58, 0, 0, 7, 0, ...ethernet])]
    case 4:
      return [UDP, udp(2152, [0x30, 0xff, 0, random.below(256), 0, 0, 0, 9])]
    case 5:
      return [
        FRAGMENT,
        Uint8Array.from([version === 4 ? 4 : 41, 0, 0, random.below(2), 0, 0, 0, random.below(3)]),
      ]
    case 6:
      return [60, Uint8Array.from([version === 4 ? 4 : 41, 0, 1, 4, 0, 0, 0, 0])]
    default:
      return [version === 4 ? 4 : 41, new Uint8Array(0)]
  }
}
