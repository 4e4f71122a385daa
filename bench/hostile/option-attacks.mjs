import { Random } from '../../fixtures/generator/random.mjs'
import { writeBlocks } from './blocks.mjs'
import { writeFrames } from './frames.mjs'

/** @typedef {import('./attack.mjs').Attack} Attack */

/** Packets of a capture for which a filter is compiled. */
const FEW = 2_000
const LINK_TYPES = 65_536

/** @param {string} path */
function writeFew(path) {
  writeFrames(path, (frames) => {
    for (let i = 0; i < FEW; i++) frames.udp({ srcPort: 1025 + (i % 8) }, 100)
  })
}

/** @param {number} count @param {(i: number) => string} test @param {string} operator */
function joined(count, test, operator) {
  return Array.from({ length: count }, (_, i) => test(i)).join(operator)
}

/** @param {string} path @param {number} units packets, each of another link type */
function writeLinkTypes(path, units) {
  writeBlocks(path, (blocks) => {
    for (let from = 0; from < units; from += LINK_TYPES) {
      blocks.section()
      for (let i = 0; i < LINK_TYPES; i++) blocks.interface(i, Math.floor(from / LINK_TYPES) % 2_000)
      for (let i = 0; i < Math.min(LINK_TYPES, units - from); i++) blocks.packet(i)
    }
  })
}

/** @type {readonly Attack[]} */
export const OPTION_ATTACKS = [
  {
    name: 'a filter of 100 KB, hosts and ports in pairs',
    full: 2_600,
    quick: 300,
    limits: [],
    mostRatio: 20,
    write: writeFew,
    argsFor: (units) => [
      '-e',
      joined(units, (i) => `host 10.0.${i >> 8}.${i & 255} and port ${i + 1}`, ' or '),
    ],
  },
  {
    name: 'a filter of 100 KB, bytes',
    full: 6_800,
    quick: 700,
    limits: [],
    mostRatio: 20,
    write: writeFew,
    argsFor: (units) => ['-e', joined(units, (i) => `ip[${i % 20}]=${i % 251}`, ' or ')],
  },
  {
    name: 'a filter of 100 KB, hosts',
    full: 4_900,
    quick: 600,
    limits: [],
    mostRatio: 20,
    write: writeFew,
    argsFor: (units) => ['-e', joined(units, (i) => `host 10.0.${i >> 8}.${i & 255}`, ' or ')],
  },
  {
    name: 'packets of 65,536 link types, filtered',
    full: 500_000,
    quick: 66_000,
    limits: [],
    codes: [1],
    mostRatio: 8, // the filter is compiled once per link type, whatever the number of packets
    args: ['-e', 'udp port 7'],
    write: writeLinkTypes,
  },
  {
    name: 'packets of 65,536 link types, merged',
    full: 500_000,
    quick: 66_000,
    limits: [],
    args: ['--merge'],
    write: writeLinkTypes,
  },
  {
    name: 'packets of 65,536 link types, inspected',
    full: 500_000,
    quick: 66_000,
    limits: [],
    isInspected: true,
    write: writeLinkTypes,
  },
  {
    name: 'every EtherType, protocol and port, inspected',
    full: 1_000_000,
    quick: 60_000,
    limits: [],
    isInspected: true,
    write(path, units, seed) {
      const random = new Random(seed)
      const frame = new Uint8Array(60)
      const view = new DataView(frame.buffer)
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) {
          const isIp = i % 2 === 0
          view.setUint16(12, isIp ? 0x0800 : (i >> 1) & 0xffff)
          view.setUint16(14, 0x4500)
          view.setUint16(16, 46)
          view.setUint16(22, (64 << 8) | ((i >> 1) & 255))
          view.setUint32(26, random.u32())
          view.setUint32(34, random.u32())
          frames.raw(frame)
        }
      })
    },
  },
]
