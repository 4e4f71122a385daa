import { gzipSync } from 'node:zlib'
import { anatomyOf, writePcap, writePcapng } from './capture-parts.mjs'
import { concat, edgeNear, mutateBytes, pick, readUint, rounds, writeUint } from './mutate-bytes.mjs'
import { mutatePacket } from './mutate-frame.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */
/** @typedef {import('./capture-parts.mjs').Anatomy} Anatomy */
/** @typedef {import('./capture-parts.mjs').Packet} Packet */
/** @typedef {import('./seed-captures.mjs').SeedCaptures} SeedCaptures */

const MAX_PACKETS = 400

/**
 * A capture file with damage of its own: fields of headers, blocks and options, records or blocks left out, doubled, in
 * another order or from another capture, cuts and flips.
 *
 * @param {Random} random
 * @param {SeedCaptures} seeds
 * @param {'pcap' | 'pcapng' | null} format null: any
 */
export function damagedCapture(random, seeds, format) {
  const isWanted = (/** @type {Anatomy} */ anatomy) =>
    anatomy.parts.length > 0 && (format === null || anatomy.format === format)
  let { bytes } = seeds.anatomy(random, isWanted)
  if (random.chance(0.3)) bytes = rewritten(random, bytes)
  const other = seeds.anatomy(random, isWanted)
  for (let left = rounds(random); left > 0; left--) bytes = damageOnce(random, bytes, other)
  return bytes
}

/** The same packets in another form of their format. @param {Random} random @param {Uint8Array} bytes */
function rewritten(random, bytes) {
  const anatomy = anatomyOf(bytes)
  if (anatomy === null) return bytes
  const packets = anatomy.packets.slice(0, MAX_PACKETS)
  const isLittle = random.chance(0.5)
  if (anatomy.format === 'pcapng') return writePcapng(packets, isLittle)
  return writePcap(packets, { isLittle, isNano: random.chance(0.5), linkType: packets[0]?.linkType ?? 1 })
}

/** @param {Random} random @param {Uint8Array} bytes @param {{ bytes: Uint8Array, anatomy: Anatomy }} other */
function damageOnce(random, bytes, other) {
  const anatomy = anatomyOf(bytes)
  if (anatomy === null || anatomy.parts.length === 0) return mutateBytes(random, bytes, other.bytes)
  switch (random.below(8)) {
    case 0:
      return mutateBytes(random, bytes, other.bytes)
    case 1:
      return bytes.slice(0, random.below(bytes.length + 1))
    case 2:
    case 3:
      return rearranged(random, bytes, anatomy, other)
    default:
      return withField(random, bytes, anatomy)
  }
}

/** @param {Random} random @param {Uint8Array} bytes @param {Anatomy} anatomy */
function withField(random, bytes, anatomy) {
  const changed = Uint8Array.from(bytes)
  // The first fields are the header's, or the first section's: they matter more than their number says.
  const fields = random.chance(0.2) ? anatomy.fields.slice(0, 16) : anatomy.fields
  const { at, size, isLittle } = pick(random, fields)
  writeUint(changed, at, size, isLittle, edgeNear(random, readUint(bytes, at, size, isLittle), size))
  return changed
}

/** @param {Random} random @param {Uint8Array} bytes @param {Anatomy} anatomy @param {{ bytes: Uint8Array, anatomy: Anatomy }} other */
function rearranged(random, bytes, { parts, headerBytes }, other) {
  const order = parts.map(({ from, to }) => bytes.subarray(from, to))
  const at = random.below(order.length)
  const count = random.between(1, Math.min(8, order.length - at))
  switch (random.below(4)) {
    case 0:
      order.splice(at, count)
      break
    case 1:
      order.splice(random.below(order.length), 0, ...order.slice(at, at + count))
      break
    case 2:
      order.splice(random.below(order.length), 0, ...order.splice(at, count))
      break
    default: {
      const { from } = pick(random, other.anatomy.parts)
      const to = pick(random, other.anatomy.parts).to
      order.splice(at, 0, other.bytes.subarray(from, to))
    }
  }
  return concat([bytes.subarray(0, headerBytes), ...order])
}

/**
 * A sound capture of changed packets, from one or two captures: what is wrong is in the frames.
 *
 * @param {Random} random
 * @param {SeedCaptures} seeds
 */
export function hostilePackets(random, seeds) {
  const isWanted = (/** @type {Anatomy} */ anatomy) => anatomy.packets.length > 0
  const first = seeds.anatomy(random, isWanted).anatomy.packets
  const second = random.chance(0.3) ? seeds.anatomy(random, isWanted).anatomy.packets : first
  let packets = mixed(random, first, second)
  const share = pick(random, [0, 0.05, 0.3, 1])
  packets = packets.map((packet) =>
    random.chance(share) ? mutatePacket(random, packet, pick(random, second)) : packet,
  )
  for (let left = random.below(3); left > 0; left--) packets = reordered(random, packets)
  return packets
}

/** Some packets in a row of each. @param {Random} random @param {readonly Packet[]} first @param {readonly Packet[]} second */
function mixed(random, first, second) {
  const from = random.chance(0.5) ? 0 : random.below(first.length)
  const packets = first.slice(from, from + random.between(1, random.chance(0.3) ? MAX_PACKETS : 40))
  if (second === first) return packets
  const start = random.below(second.length)
  const inserted = second.slice(start, start + random.between(1, 20))
  packets.splice(random.below(packets.length), 0, ...inserted)
  return packets
}

/** Loses, doubles or moves packets, or splits one into IP fragments. @param {Random} random @param {Packet[]} packets */
function reordered(random, packets) {
  const order = [...packets]
  const at = random.below(order.length)
  const count = random.between(1, Math.min(4, order.length - at))
  if (random.chance(0.3) && order.length > count) order.splice(at, count)
  else if (random.chance(0.5)) order.splice(random.below(order.length), 0, ...order.slice(at, at + count))
  else order.splice(random.below(order.length), 0, ...order.splice(at, count))
  return order
}

/**
 * A damaged capture, or a sound one of changed packets; now and then compressed.
 *
 * @param {Random} random
 * @param {SeedCaptures} captures
 */
export function anyCapture(random, captures) {
  const bytes = random.chance(0.5)
    ? damagedCapture(random, captures, null)
    : writePcapng(hostilePackets(random, captures))
  if (!random.chance(0.1)) return bytes
  const packed = Uint8Array.from(gzipSync(bytes))
  return random.chance(0.5) ? packed : mutateBytes(random, packed, packed)
}
