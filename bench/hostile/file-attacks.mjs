import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { INTERFACE, PACKET, writeBlocks } from './blocks.mjs'
import { writeFrames } from './frames.mjs'

/** @typedef {import('./attack.mjs').Attack} Attack */

const NAMES = 4
const STATISTICS = 5
const CUSTOM = 0x0bad
const MIB = 2 ** 20

/**
 * Writes a section, an interface and blocks of one type, with a packet after every hundredth.
 *
 * @param {number} type
 * @param {number} bytes
 */
function manyBlocks(type, bytes) {
  return (/** @type {string} */ path, /** @type {number} */ units) =>
    writeBlocks(path, (blocks) => {
      blocks.section()
      blocks.interface(1)
      for (let i = 0; i < units; i++) {
        blocks.block(type, bytes)
        if (i % 100 === 0) blocks.packet(0)
      }
    })
}

/** Writes packets that compress well. @param {string} path @param {number} units of 1 MiB */
function writeDull(path, units) {
  writeFrames(path, (frames) => {
    for (let i = 0; frames.output.totalBytes < units * MIB; i++)
      frames.udp({ srcPort: 1025 + (i % 4) }, 1_400)
  })
}

/** @param {string} tool @param {readonly string[]} args */
function packed(tool, args) {
  return (/** @type {string} */ path, /** @type {number} */ units) => {
    writeDull(`${path}.plain`, units)
    const fd = openSync(path, 'w')
    execFileSync(tool, [...args, `${path}.plain`], { stdio: ['ignore', fd, 'ignore'] })
    closeSync(fd)
    execFileSync('rm', ['-f', `${path}.plain`])
  }
}

/** @type {readonly Attack[]} */
export const FILE_ATTACKS = [
  {
    name: 'pcapng: interfaces without a packet',
    full: 1_000_000,
    quick: 100_000,
    limits: ['interfaces'],
    codes: [1],
    write(path, units) {
      writeBlocks(path, (blocks) => {
        blocks.section()
        for (let i = 0; i < units; i++) blocks.interface(1)
        blocks.packet(0)
      })
    },
  },
  {
    name: 'pcapng: 65,536 interfaces, a packet of each in turn',
    full: 600_000,
    quick: 60_000,
    limits: [],
    write(path, units) {
      writeBlocks(path, (blocks) => {
        blocks.section()
        for (let i = 0; i < 65_536; i++) blocks.interface(1)
        for (let i = 0; i < units; i++) blocks.packet(i % 65_536)
      })
    },
  },
  {
    name: 'pcapng: sections of an interface and a packet',
    full: 400_000,
    quick: 30_000,
    limits: [],
    write(path, units) {
      writeBlocks(path, (blocks) => {
        for (let i = 0; i < units; i++) {
          blocks.section()
          blocks.interface(1)
          blocks.packet(0)
        }
      })
    },
  },
  {
    name: 'pcapng: name resolution blocks',
    full: 2_000_000,
    quick: 150_000,
    limits: [],
    write: manyBlocks(NAMES, 16),
  },
  {
    name: 'pcapng: statistics blocks',
    full: 2_000_000,
    quick: 150_000,
    limits: [],
    write: manyBlocks(STATISTICS, 12),
  },
  {
    name: 'pcapng: empty custom blocks',
    full: 3_000_000,
    quick: 200_000,
    limits: [],
    write: manyBlocks(CUSTOM, 4),
  },
  {
    name: 'pcapng: custom blocks of 120 KB',
    full: 800,
    quick: 60,
    limits: [],
    write: manyBlocks(CUSTOM, 120_000),
  },
  {
    name: 'pcapng: 20,000 options in each packet and interface',
    full: 800,
    quick: 60,
    limits: [],
    write(path, units) {
      writeBlocks(path, (blocks) => {
        blocks.section()
        for (let i = 0; i < units; i++) {
          for (const [type, bytes] of [
            [INTERFACE, 8],
            [PACKET, 20],
          ]) {
            const at = blocks.block(type ?? 0, (bytes ?? 0) + 80_000)
            if (type === INTERFACE) blocks.output.view.setUint16(at, 1, true)
            for (let option = 0; option < 20_000; option++)
              blocks.output.view.setUint16(at + (bytes ?? 0) + 4 * option, 1, true)
          }
        }
      })
    },
  },
  {
    name: 'pcapng: the same, inspected',
    full: 800,
    quick: 60,
    limits: [],
    isInspected: true,
    write: (path, units, seed) =>
      FILE_ATTACKS.find(({ name }) => name.includes('20,000 options'))?.write(path, units, seed),
  },
  {
    name: 'a hole behind every third packet',
    full: 600_000,
    quick: 40_000,
    limits: [],
    codes: [1],
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) {
          frames.udp({ srcPort: 1025 + (i % 8) }, 30)
          if (i % 3 === 2) {
            frames.output.bytes.fill(0xff, frames.output.at, frames.output.at + 64)
            frames.output.at += 64
          }
        }
      })
    },
  },
  {
    name: 'beginnings of records behind damage, none of which goes on',
    full: 900_000,
    quick: 60_000,
    limits: [],
    codes: [1],
    write(path, units) {
      writeFrames(path, (frames) => {
        frames.udp({}, 30)
        frames.output.bytes.fill(0xff, frames.output.at, frames.output.at + 64)
        frames.output.at += 64
        // Every 16 bytes: the header of a record that ends at another such header, in chains that lead nowhere.
        for (let i = 0; i < units / 16; i++) {
          frames.output.reserve()
          const { view, at } = frames.output
          view.setUint32(at, frames.sec, true)
          view.setUint32(at + 4, 0, true)
          view.setUint32(at + 8, i % 3 === 2 ? 100_000 : 16 * (i % 7), true)
          view.setUint32(at + 12, i % 3 === 2 ? 100_000 : 16 * (i % 7), true)
          frames.output.at += 16
        }
      })
    },
  },
  {
    name: 'gzip: packets all alike',
    full: 256,
    quick: 16,
    unpackedBytes: MIB,
    limits: [],
    write(path, units) {
      writeDull(path, units)
      writeFileSync(path, gzipSync(readFileSync(path), { level: 9 }))
    },
  },
  {
    name: 'gzip: empty members',
    full: 1_000_000,
    quick: 100_000,
    limits: [],
    write(path, units) {
      writeDull(path, 1)
      const capture = gzipSync(readFileSync(path))
      const empty = gzipSync('')
      writeFileSync(path, Buffer.concat([...new Array(units).fill(empty), capture]))
    },
  },
  ...[
    { tool: 'zstd', args: ['-q', '-19', '-c'] },
    { tool: 'xz', args: ['-c'] },
    { tool: 'lz4', args: ['-q', '-9', '-c'] },
    { tool: 'bzip2', args: ['-c'] },
  ].map(({ tool, args }) => ({
    name: `${tool}: packets all alike`,
    full: 128,
    quick: 8,
    unpackedBytes: MIB,
    limits: [],
    tool,
    write: packed(tool, args),
  })),
]
