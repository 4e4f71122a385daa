import { EncapKind } from '../../dist/wire/encap-table.js'
import { Random } from '../../fixtures/generator/random.mjs'
import { fragmentsThatMeet, greKeyThatMeets, tuplesForOneKey, tuplesThatMeet } from './floods.mjs'
import { writeFrames } from './frames.mjs'

/** @typedef {import('./attack.mjs').Attack} Attack */

const IPV4 = 4
const DEEPEST = 400
const VLAN = 0x8100
const MPLS = 0x8847

/** @param {Random} random @returns {Uint8Array} an IPv6 address */
function address(random) {
  return Uint8Array.from({ length: 16 }, (_, i) => (i === 0 ? 0x20 : random.below(256)))
}

/**
 * Nested IPv4 headers with a UDP datagram inside.
 *
 * @param {number} depth
 * @param {number} number
 */
function nested(depth, number) {
  const frame = new Uint8Array(14 + 20 * depth + 9)
  const view = new DataView(frame.buffer)
  view.setUint16(12, 0x0800)
  for (let level = 0; level < depth; level++) {
    const at = 14 + 20 * level
    view.setUint16(at, 0x4500)
    view.setUint16(at + 2, frame.length - at)
    view.setUint16(at + 8, (64 << 8) | (level === depth - 1 ? 17 : IPV4))
    view.setUint32(at + 12, 0x0a000000 + ((number + level) % 65_536))
    view.setUint32(at + 16, 0x0a000001)
  }
  const at = 14 + 20 * depth
  view.setUint16(at, 1025 + (number % 8))
  view.setUint16(at + 2, 7)
  view.setUint16(at + 4, 9)
  return frame
}

/**
 * Nested four-byte link headers, then IPv4 and UDP.
 *
 * @param {number} etherType
 * @param {number} depth
 * @param {Random} random
 */
function stacked(etherType, depth, random) {
  const frame = new Uint8Array(14 + 4 * depth + 29)
  const view = new DataView(frame.buffer)
  view.setUint16(12, etherType)
  for (let level = 0; level < depth; level++) {
    const at = 14 + 4 * level
    const isLast = level === depth - 1
    if (etherType === MPLS) view.setUint32(at, (random.below(1 << 20) << 12) | (isLast ? 0x140 : 0x40))
    else {
      view.setUint16(at, random.below(4_096))
      view.setUint16(at + 2, isLast ? 0x0800 : etherType)
    }
  }
  const at = 14 + 4 * depth
  view.setUint16(at, 0x4500)
  view.setUint16(at + 2, 29)
  view.setUint16(at + 8, (64 << 8) | 17)
  view.setUint32(at + 12, 0x0a000001)
  view.setUint32(at + 16, 0x0a000002)
  view.setUint16(at + 20, 1025)
  view.setUint16(at + 22, 7)
  view.setUint16(at + 24, 9)
  return frame
}

/**
 * UDP in GRE in GRE.
 *
 * @param {number} outerKey
 * @param {number} innerKey
 */
function greInGre(outerKey, innerKey) {
  const frame = new Uint8Array(14 + 28 + 28 + 29)
  const view = new DataView(frame.buffer)
  view.setUint16(12, 0x0800)
  for (const at of [14, 42, 70]) {
    view.setUint16(at, 0x4500)
    view.setUint16(at + 2, frame.length - at)
    view.setUint16(at + 8, (64 << 8) | (at === 70 ? 17 : 47))
    view.setUint32(at + 12, 0x0a000001)
    view.setUint32(at + 16, 0x0a000002)
    view.setUint16(at + 20, at === 70 ? 1025 : 0x2000)
    view.setUint16(at + 22, at === 70 ? 7 : 0x0800)
  }
  view.setUint32(38, outerKey)
  view.setUint32(66, innerKey)
  view.setUint16(94, 9)
  return frame
}

/** @type {readonly Attack[]} */
export const IP_ATTACKS = [
  {
    name: '5-tuples that collide under one key of the hash',
    full: 40_000,
    quick: 5_000,
    limits: [],
    connections: 1,
    write(path, units) {
      writeFrames(path, (frames) => {
        for (const tuple of tuplesForOneKey(units)) frames.tcp({ ...tuple, flags: 2 }, 0)
      })
    },
  },
  {
    name: '5-tuples that collide in MurmurHash3 for all seeds',
    full: 400_000,
    quick: 20_000,
    limits: [],
    connections: 1,
    write(path, units, seed) {
      writeFrames(path, (frames) => {
        for (const tuple of tuplesThatMeet(units, new Random(seed))) frames.tcp({ ...tuple, flags: 2 }, 0)
      })
    },
  },
  {
    name: 'fragments that collide in MurmurHash3 for all seeds',
    full: 500_000,
    quick: 30_000,
    limits: ['fragment_bytes'],
    write(path, units, seed) {
      writeFrames(path, (frames) => {
        for (const { src, dst, id } of fragmentsThatMeet(units, new Random(seed)))
          frames.fragment({ src, dst, id, offset: 8 }, 8)
      })
    },
  },
  {
    name: 'stacks of GRE keys that collide in an unkeyed hash',
    full: 400_000,
    quick: 30_000,
    limits: ['encaps'],
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) frames.raw(greInGre(i, greKeyThatMeets(EncapKind.GRE_KEY, i)))
      })
    },
  },
  {
    name: 'first fragments of datagrams never completed',
    full: 1_000_000,
    quick: 60_000,
    limits: ['fragment_bytes'],
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++)
          frames.fragment({ src: 0x0a000000 + (i >> 16), id: i & 0xffff, offset: 0 }, 8)
      })
    },
  },
  {
    name: 'last fragments of 64 KiB datagrams never completed',
    full: 1_000_000,
    quick: 60_000,
    limits: ['fragment_bytes'],
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++)
          frames.fragment({ src: 0x0a000000 + (i >> 16), id: i & 0xffff, offset: 65_504, isLast: true }, 8)
      })
    },
  },
  {
    name: 'the same, expiring each time',
    full: 500_000,
    quick: 30_000,
    limits: [],
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) {
          if (i % 100 === 99) frames.pass(61_000_000_000)
          frames.fragment({ src: 0x0a000000 + (i >> 16), id: i & 0xffff, offset: 65_504, isLast: true }, 8)
        }
      })
    },
  },
  {
    name: '8-byte fragments, every second one, then all again',
    full: 800_000,
    quick: 50_000,
    limits: [],
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) {
          const place = i % 4_095
          frames.fragment({ id: Math.floor(i / 40_000) & 0xffff, offset: 16 * place }, 8)
        }
      })
    },
  },
  {
    name: '64 KiB datagrams in 8-byte fragments, one missing',
    full: 800_000,
    quick: 50_000,
    limits: [],
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) {
          const place = i % 8_187
          frames.fragment({ id: Math.floor(i / 8_187) & 0xffff, offset: 8 + 8 * place }, 8)
        }
      })
    },
  },
  ...[16, DEEPEST].map((depth) => ({
    name: `IPv4 in IPv4, ${depth} deep`,
    full: 4_800_000 / depth,
    quick: 320_000 / depth,
    limits: [],
    /** @param {string} path @param {number} units */
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) frames.raw(nested(depth, i))
      })
    },
  })),
  ...[
    { etherType: VLAN, text: 'VLAN tags' },
    { etherType: MPLS, text: 'MPLS labels' },
  ].flatMap(({ etherType, text }) =>
    [8, DEEPEST].map((depth) => ({
      name: `${depth} ${text}, others in each packet`,
      full: depth === DEEPEST ? 60_000 : 800_000,
      quick: depth === DEEPEST ? 4_000 : 50_000,
      limits: depth === DEEPEST || etherType === MPLS ? [] : ['encaps'],
      /** @param {string} path @param {number} units @param {number} seed */
      write(path, units, seed) {
        const random = new Random(seed)
        writeFrames(path, (frames) => {
          for (let i = 0; i < units; i++) frames.raw(stacked(etherType, depth, random))
        })
      },
    })),
  ),
  {
    name: 'ICMP errors that quote connections nobody has',
    full: 600_000,
    quick: 40_000,
    limits: [],
    write(path, units, seed) {
      const random = new Random(seed)
      const frame = new Uint8Array(14 + 20 + 8 + 28)
      const view = new DataView(frame.buffer)
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) {
          view.setUint16(12, 0x0800)
          for (const [at, protocol, bytes] of [
            [14, 1, 56],
            [42, 6, 1_500],
          ]) {
            view.setUint16(at ?? 0, 0x4500)
            view.setUint16((at ?? 0) + 2, bytes ?? 0)
            view.setUint16((at ?? 0) + 8, (64 << 8) | (protocol ?? 0))
            view.setUint32((at ?? 0) + 12, protocol === 1 ? 0x0a000001 : random.u32())
            view.setUint32((at ?? 0) + 16, protocol === 1 ? 0x0a000002 : random.u32())
          }
          view.setUint16(34, 0x0303)
          view.setUint32(62, random.u32())
          frames.raw(frame)
        }
      })
    },
  },
  {
    name: 'UDP datagrams without payload, a connection each',
    ordinary: 'lookups',
    full: 1_000_000,
    quick: 60_000,
    limits: [],
    connections: 1,
    args: ['--no-write'],
    write(path, units, seed) {
      const random = new Random(seed)
      writeFrames(path, (frames) => {
        const dst = address(random)
        for (let i = 0; i < units; i++) frames.udp({ src: address(random), dst, srcPort: i & 0xffff }, 0)
      })
    },
  },
]
