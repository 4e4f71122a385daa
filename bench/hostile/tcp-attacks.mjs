import { ACK, FIN, SYN } from '../../fixtures/generator/packets.mjs'
import { Random } from '../../fixtures/generator/random.mjs'
import { writeFrames } from './frames.mjs'

/** @typedef {import('./attack.mjs').Attack} Attack */
/** @typedef {import('./frames.mjs').Frames} Frames */

const GIB_2 = 0x7fff_ffff
const HELD_SEGMENTS = 262_144
const SEGMENT_BYTES = 1_400

/** Ports of the connection. */
const UP = { srcPort: 1025, dstPort: 80 }

/**
 * Opens a connection whose byte 0 is never sent, so that all other bytes are held.
 *
 * @param {Frames} frames
 * @param {number} [srcPort]
 */
function open(frames, srcPort = UP.srcPort) {
  frames.tcp({ ...UP, srcPort, flags: SYN, seq: 0 }, 0)
}

/** The same with an answer of the other side, so that the program waits for the gap to close. @param {Frames} frames */
function openBoth(frames) {
  open(frames)
  const answer = { src: 0x0a000002, dst: 0x0a000001, srcPort: UP.dstPort, dstPort: UP.srcPort }
  frames.tcp({ ...answer, flags: SYN | ACK, seq: 0, ack: 1 }, 0)
}

/**
 * Sends segments that overlap 2,000 held bytes, in a separate connection.
 *
 * @param {Frames} frames
 * @param {number} units
 */
function overlap(frames, units) {
  open(frames)
  for (let i = 0; i < 2_000; i++) frames.tcp({ ...UP, seq: 2 + i }, 1)
  for (let i = 0; i < units; i++) frames.tcp({ ...UP, seq: 2 + (i % 600) }, SEGMENT_BYTES)
}

/** @type {readonly Attack[]} */
export const TCP_ATTACKS = [
  {
    name: 'one-byte segments, backwards',
    full: 1_000_000,
    quick: 300_000,
    limits: ['held_segments'],
    write(path, units) {
      writeFrames(path, (frames) => {
        openBoth(frames)
        for (let i = 0; i < units; i++) frames.tcp({ ...UP, seq: 2 + units - i }, 1)
      })
    },
  },
  {
    name: '64 MiB in segments of 64 bytes, backwards',
    full: 1_048_576,
    quick: 300_000,
    limits: ['held_segments'],
    memory: '512M',
    write(path, units) {
      writeFrames(path, (frames) => {
        openBoth(frames)
        for (let i = 0; i < units; i++) frames.tcp({ ...UP, seq: 2 + 64 * (units - i) }, 64)
      })
    },
  },
  {
    name: '64 MiB in full segments, backwards',
    full: 46_000,
    quick: 46_000,
    limits: [],
    memory: '512M',
    write(path, units) {
      writeFrames(path, (frames) => {
        openBoth(frames)
        for (let i = 0; i < units; i++)
          frames.tcp({ ...UP, seq: 2 + SEGMENT_BYTES * (units - i) }, SEGMENT_BYTES)
      })
    },
  },
  {
    name: 'one-byte segments, shuffled',
    full: 1_000_000,
    quick: 300_000,
    limits: ['held_segments'],
    write(path, units, seed) {
      const random = new Random(seed)
      writeFrames(path, (frames) => {
        openBoth(frames)
        // Within blocks just small enough to be held.
        const block = HELD_SEGMENTS - 1
        for (let from = 0; from < units; from += block) {
          const order = Array.from({ length: Math.min(block, units - from) }, (_, i) => i)
          for (let i = order.length - 1; i > 0; i--) {
            const other = random.below(i + 1)
            const one = order[i] ?? 0
            order[i] = order[other] ?? 0
            order[other] = one
          }
          for (const i of order) frames.tcp({ ...UP, seq: 2 + from + i }, 1)
        }
      })
    },
  },
  {
    name: 'every second byte',
    full: 1_000_000,
    quick: 300_000,
    limits: ['held_segments'],
    write(path, units) {
      writeFrames(path, (frames) => {
        openBoth(frames)
        for (let i = 0; i < units; i++) frames.tcp({ ...UP, seq: 2 + 2 * i }, 1)
      })
    },
  },
  {
    name: 'overlaps of 2,000 held bytes',
    full: 60_000,
    quick: 4_000,
    limits: [],
    write(path, units) {
      writeFrames(path, (frames) => overlap(frames, units))
    },
  },
  {
    name: 'overlaps of 2,000 held bytes that were spilled',
    full: 60_000,
    quick: 4_000,
    limits: [],
    memory: '1M',
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let connection = 0; connection < 64; connection++) {
          open(frames, 2_000 + connection)
          for (let i = 0; i < 40; i++)
            frames.tcp({ ...UP, srcPort: 2_000 + connection, seq: 2 + i * SEGMENT_BYTES }, SEGMENT_BYTES)
        }
        overlap(frames, units)
      })
    },
  },
  {
    name: 'overlaps at random',
    full: 80_000,
    quick: 5_000,
    limits: [],
    write(path, units, seed) {
      const random = new Random(seed)
      writeFrames(path, (frames) => {
        open(frames)
        for (let i = 0; i < units; i++) {
          frames.fill = random.below(256)
          frames.tcp({ ...UP, seq: 2 + random.below(900_000) }, 1 + random.below(SEGMENT_BYTES))
        }
      })
    },
  },
  {
    name: 'SYNs',
    full: 2_000_000,
    quick: 80_000,
    limits: [],
    connections: 1,
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++)
          frames.tcp(
            { src: 0x0a000000 + i, srcPort: 1025 + (i % 60_000), dstPort: 80, flags: SYN, seq: i },
            0,
          )
      })
    },
  },
  {
    name: 'one byte held in each connection',
    ordinary: 'lookups',
    codes: [0, 1],
    full: 500_000,
    quick: 40_000,
    limits: [],
    connections: 1,
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) {
          const fields = { src: 0x0a000000 + i, srcPort: 1025 + (i % 60_000), dstPort: 80 }
          frames.tcp({ ...fields, flags: SYN, seq: 0 }, 0)
          frames.tcp({ ...fields, seq: 2 }, 1)
        }
      })
    },
  },
  {
    name: 'sequence jumps of 2 GB, --gaps zeros',
    full: 200_000,
    quick: 20_000,
    limits: ['index_gaps'],
    args: ['--gaps', 'zeros', '--index', 'OUT/index.jsonl'],
    mostAllocatedBytes: 200_000 * 8_192, // a chunk takes one or two blocks of the file system
    write(path, units) {
      writeFrames(path, (frames) => {
        let seq = 1
        for (let i = 0; i < units; i++) {
          if (i % 1_000 === 0) {
            open(frames, 2_000 + i / 1_000)
            seq = 1
          }
          const fields = { ...UP, srcPort: 2_000 + Math.floor(i / 1_000) }
          frames.tcp({ ...fields, seq }, 100)
          seq = (seq + GIB_2) >>> 0
          // The other side acknowledges everything, so that the program gives up the gap.
          frames.tcp(
            { src: 0x0a000002, dst: 0x0a000001, srcPort: 80, dstPort: fields.srcPort, seq: 1, ack: seq },
            0,
          )
          frames.pass(600_000_000)
        }
      })
    },
  },
  {
    name: 'the same 5-tuple reused again and again',
    ordinary: 'lookups',
    full: 150_000,
    quick: 15_000,
    limits: [],
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) {
          frames.tcp({ ...UP, flags: SYN, seq: i * 7_919 }, 0)
          frames.tcp({ ...UP, flags: ACK | FIN, seq: i * 7_919 + 1 }, 1)
        }
      })
    },
  },
  {
    name: 'the same, time going back and forth',
    ordinary: 'lookups',
    full: 150_000,
    quick: 15_000,
    limits: [],
    write(path, units) {
      writeFrames(path, (frames) => {
        for (let i = 0; i < units; i++) {
          frames.tcp({ ...UP, flags: SYN, seq: i * 7_919 }, 0)
          frames.tcp({ ...UP, flags: ACK | FIN, seq: i * 7_919 + 1 }, 1)
          frames.pass((i % 2 === 0 ? 1 : -1) * 2_000_000_000)
        }
      })
    },
  },
  {
    name: '80,000 endpoints in turn, time going back and forth',
    ordinary: 'lookups',
    full: 240_000,
    quick: 16_000,
    limits: [],
    write(path, units) {
      writeFrames(path, (frames) => {
        const pairs = Math.min(80_000, Math.ceil(units / 4))
        for (let i = 0; i < units; i++) {
          const fields = { src: 0x0a000000 + (i % pairs), srcPort: 1025, dstPort: 80 }
          frames.tcp({ ...fields, flags: SYN, seq: i * 7_919 }, 0)
          frames.tcp({ ...fields, flags: ACK | FIN, seq: i * 7_919 + 1 }, 1)
          frames.pass((i % 2 === 0 ? 1 : -1) * 2_000_000_000)
        }
      })
    },
  },
  ...['-j', '-d'].map((option) => ({
    name: `one-byte chunks, ${option}`,
    full: 1_000_000,
    quick: 60_000,
    limits: [],
    args: [option],
    /** @param {string} path @param {number} units */
    write(path, units) {
      writeFrames(path, (frames) => {
        open(frames)
        for (let i = 0; i < units; i++) frames.tcp({ ...UP, seq: 1 + i }, 1)
      })
    },
  })),
]
