import { describe, expect, it } from 'vitest'
import { MAX_LISTED_HOLES } from '../../src/capture/damage-log.js'
import { concat, type PcapOptions, pcapFile, type WrittenPacket } from '../support/capture-writers.js'
import { readCapture } from '../support/read-capture.js'

const SEC = 1_709_631_000
const HEADER_BYTES = 24
const MIB = 1024 * 1024

/** Packets whose first byte is their number. */
function packets(count: number, frameBytes = 60, firstSec = SEC): WrittenPacket[] {
  return Array.from({ length: count }, (_, i) => {
    const frame = new Uint8Array(frameBytes).fill(0xa5)
    frame[0] = i
    return { tsSec: firstSec + i, tsNsec: 5_000, frame, originalBytes: frameBytes }
  })
}

function numbers(file: Uint8Array, options: { windows?: number[] } = {}) {
  const { packets: read, status, reader } = readCapture(file, options.windows)
  return { read: read.map(({ frame }) => frame[0]), status, reader }
}

/** The records of a pcap file. */
function records(written: readonly WrittenPacket[], options: PcapOptions = {}): Uint8Array {
  return pcapFile(written, options).subarray(HEADER_BYTES)
}

function noise(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => 0x80 | ((i * 0x9e3779b1) >>> 25))
}

const [before, behind] = [packets(3), packets(6).slice(3)]

describe('behind damage in a pcap file', () => {
  // [name, what stands between packets 2 and 3]
  const holes: [string, Uint8Array][] = [
    ['noise', noise(777)],
    ['zeros', new Uint8Array(4096)],
    ['a few zeros', new Uint8Array(7)],
    ['ones', new Uint8Array(500).fill(0xff)],
    ['text', Buffer.from('all work and no play makes Jack a dull boy\n'.repeat(30))],
    ['a record header without its frame', records(packets(1, 1400)).subarray(0, 16)],
    ['a capture of another year', pcapFile(packets(5, 60, SEC - 3 * 366 * 86_400))],
    ['nearly a MiB', noise(MIB - 100)],
  ]
  it.each(holes)('reading goes on: %s', (_name, hole) => {
    const start = pcapFile(before)
    for (const windows of [[start.length + hole.length + 500], [100_000]]) {
      const { read, status, reader } = numbers(concat([start, hole, records(behind)]), { windows })
      expect([read.slice(0, 3), read.slice(-3), status]).toEqual([[0, 1, 2], [3, 4, 5], 'end'])
      expect(reader.damage.lostBytes).toBeLessThanOrEqual(hole.length)
      expect(reader.problem).toBe(null)
    }
  })

  it('the hole is named with its offset and length', () => {
    const start = pcapFile(before)
    const { reader } = numbers(concat([start, new Uint8Array(4096), records(behind)]))
    expect(reader.damage).toMatchObject({ holes: 1, lostBytes: 4096 })
    expect(reader.damage.problems).toEqual([
      {
        offset: start.length,
        length: 4096,
        message:
          `Cannot read "test.cap" at byte ${start.length}: a record header must have a time or a length: found zeros: ` +
          'reading continued 4096 bytes later',
      },
    ])
  })

  it('the file ends where a MiB holds no record', () => {
    const start = pcapFile(before)
    const file = concat([start, noise(MIB + 5_000), records(packets(200))])
    const { read, status, reader } = numbers(file, { windows: [300_000] })
    expect([read, status, reader.damage.holes]).toEqual([[0, 1, 2], 'damaged', 0])
    expect(reader.problem?.message).toMatch(
      new RegExp(`at byte ${start.length}: .*; the next 1 MiB contain no record$`),
    )
  })

  it('a short tail is believed where it ends with the file, and only there', () => {
    const start = pcapFile(before)
    const tail = records(behind.slice(0, 1))
    expect(numbers(concat([start, noise(50), tail])).read).toEqual([0, 1, 2, 3])
    expect(numbers(concat([start, noise(50), tail, noise(5)])).read).toEqual([0, 1, 2])
  })

  it('bytes that were cut out of a frame cost no record behind them', () => {
    const whole = pcapFile([...packets(3, 1400), ...packets(30).slice(3)])
    const cutAt = HEADER_BYTES + 2 * 1416 + 300
    const { read, status, reader } = numbers(concat([whole.subarray(0, cutAt), whole.subarray(cutAt + 900)]))
    // The damaged record is given as it stands: its length reaches over the first eleven of the others.
    expect([read, status]).toEqual([Array.from({ length: 30 }, (_, i) => i), 'end'])
    expect(reader.damage.problems).toMatchObject([{ offset: HEADER_BYTES + 2 * 1416, length: 1416 - 900 }])
  })

  it('a capture that a packet carries is not taken for the rest of the file', () => {
    const inner = pcapFile(packets(20, 40))
    const carrier = { tsSec: SEC + 3, tsNsec: 5_000, frame: inner, originalBytes: inner.length }
    const file = concat([pcapFile([...before, carrier]), noise(80), records(behind)])
    expect(numbers(file).read).toEqual([0, 1, 2, inner[0], 3, 4, 5])
    const cut = pcapFile([...before, carrier]).subarray(0, -10) // the usual end of a capture that was interrupted
    expect(numbers(cut).read).toEqual([0, 1, 2])
  })

  it(`the first ${MAX_LISTED_HOLES} holes are listed, the others counted`, () => {
    const parts: Uint8Array[] = [pcapFile(before)]
    for (let i = 0; i < MAX_LISTED_HOLES + 7; i++) parts.push(noise(33), records(packets(3)))
    const { status, reader } = numbers(concat(parts))
    expect([status, reader.damage.holes]).toEqual(['end', MAX_LISTED_HOLES + 7])
    expect(reader.damage.lostBytes).toBe(33 * (MAX_LISTED_HOLES + 7))
    const { problems } = reader.damage
    expect(problems).toHaveLength(MAX_LISTED_HOLES + 1)
    expect(problems.at(-1)).toMatchObject({ length: 33 * 7 })
    expect(problems.at(-1)?.message).toMatch(
      /7 more damaged ranges from here on were skipped and are not listed$/,
    )
  })
})

describe('unusual records of a pcap file are believed', () => {
  const frame = Uint8Array.from({ length: 30 }, (_, i) => 0xc0 + i)
  const packet = (tsSec: number, tsNsec = 5_000, originalBytes = 30) => ({
    tsSec,
    tsNsec,
    frame,
    originalBytes,
  })
  // [name, packets]
  const odd: [string, WrittenPacket[]][] = [
    [
      'a clock that jumps by years and back',
      [SEC, SEC + 9e7, SEC + 9e7 + 1, SEC, SEC + 1].map((sec) => packet(sec)),
    ],
    ['two clocks by turns', Array.from({ length: 9 }, (_, i) => packet(i % 2 === 0 ? SEC : 5))],
    ['no original lengths', Array.from({ length: 5 }, (_, i) => packet(SEC + i, 5_000, 0))],
    [
      'no original lengths from the second on',
      [packet(SEC), packet(SEC, 0, 0), packet(SEC, 0, 0), packet(SEC, 0, 0)],
    ],
    [
      'nanoseconds in a file of microseconds',
      Array.from({ length: 5 }, (_, i) => packet(SEC, (i + 2) * 1e9 * 9)),
    ],
    ['a wild time in the last record', [packet(SEC), packet(1)]],
    [
      'frames that were gigantic on the wire',
      Array.from({ length: 4 }, () => packet(SEC, 5_000, 50_000_000)),
    ],
  ]
  it.each(odd)('%s', (_name, written) => {
    for (const windows of [[10_000], [50]]) {
      const { packets: read, status, reader } = readCapture(pcapFile(written), windows)
      expect([read.length, status, reader.damage.holes]).toEqual([written.length, 'end', 0])
    }
  })
})

describe('a pcap file made to cost work', () => {
  /** A header that looks like one of this capture. */
  function header(capturedBytes: number): Uint8Array {
    return records([
      { tsSec: SEC, tsNsec: 5_000, frame: new Uint8Array(0), originalBytes: capturedBytes },
    ]).map((byte, i) => (i >= 8 && i < 12 ? (capturedBytes >>> (8 * (i - 8))) & 0xff : byte))
  }

  it('of headers that all point far ahead is read in one go', () => {
    const headers = new Array<Uint8Array>(200_000).fill(header(200_001))
    const { status } = readCapture(concat([pcapFile(before), noise(10), ...headers]))
    expect(status).toBe('damaged')
  })

  it('of records inside records gives no byte more than a few times', () => {
    // Each record but every third reaches to the end of all; what follows it there is damaged.
    const inside: Uint8Array[] = []
    const depth = 1_500
    for (let i = 0; i < depth; i++) {
      const rest = (depth - i - 1) * 48
      inside.push(header(0), header(0), header(rest))
    }
    const file = concat([pcapFile(before), ...inside, noise(200), records(behind)])
    const { packets: read } = readCapture(file)
    const bytes = read.reduce((sum, { frame }) => sum + frame.length, 0)
    expect(bytes).toBeLessThan(8 * file.length)
  })
})
