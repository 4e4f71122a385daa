import { describe, expect, it } from 'vitest'
import { concat, PcapngBuilder } from '../support/capture-writers.js'
import { readCapture } from '../support/read-capture.js'

const MIB = 1024 * 1024
const now = 1_563_783_092_387_930n

/** Blocks of packets whose first byte is their number. */
function blocks(from: number, to: number, isLittleEndian = true): Uint8Array {
  const builder = new PcapngBuilder().section(isLittleEndian)
  const head = builder.done().length
  for (let i = from; i < to; i++) builder.enhanced(0, now + BigInt(i), new Uint8Array(60).fill(i))
  return builder.done().subarray(head)
}

function head(isLittleEndian = true): Uint8Array {
  return new PcapngBuilder().section(isLittleEndian).interface(1).done()
}

function numbers(file: Uint8Array, windows?: number[]) {
  const { packets, status, reader } = readCapture(file, windows)
  return { read: packets.map(({ frame }) => frame[0]), status, reader }
}

const noise = (bytes: number) =>
  Uint8Array.from({ length: bytes }, (_, i) => 0x80 | ((i * 0x9e3779b1) >>> 25))

describe('behind damage in a pcapng file', () => {
  const cutBlock = blocks(9, 10).subarray(0, 50)
  const inner = concat([head(), blocks(20, 30)])
  // [name, what stands between packets 2 and 3, what comes out]
  const holes: [string, Uint8Array, number[]][] = [
    ['noise', noise(777), [0, 1, 2, 3, 4, 5]],
    ['zeros', new Uint8Array(4096), [0, 1, 2, 3, 4, 5]],
    ['bytes that shift what follows', noise(3), [0, 1, 2, 3, 4, 5]],
    ['a part of a block', cutBlock, [0, 1, 2, 3, 4, 5]],
    ['a block of 3 GB', new PcapngBuilder().block(6, noise(100), 3e9, 7).done(), [0, 1, 2, 3, 4, 5]],
    [
      'an unknown block of 3 MB',
      new PcapngBuilder().block(0x999999, noise(100), 3e6, 7).done(),
      [0, 1, 2, 3, 4, 5],
    ],
    [
      'a packet longer than its block',
      new PcapngBuilder().block(6, new Uint8Array(20).fill(0x70)).done(),
      [0, 1, 2, 3, 4, 5],
    ],
    [
      'a section of no byte order',
      new PcapngBuilder().block(0x0a0d0d0a, noise(40)).done(),
      [0, 1, 2, 3, 4, 5],
    ],
    [
      'noise and a section of the other byte order',
      concat([noise(99), head(false), blocks(7, 9, false), head()]),
      [0, 1, 2, 7, 8, 3, 4, 5],
    ],
    [
      'a capture inside a packet',
      new PcapngBuilder().enhanced(0, now, inner).done(),
      [0, 1, 2, 0x0a, 3, 4, 5],
    ],
  ]
  for (const isLittleEndian of [true, false]) {
    it.each(holes)(`reading goes on: %s (little-endian: ${isLittleEndian})`, (name, hole, expected) => {
      if (!isLittleEndian && /byte order|capture inside|3 GB|3 MB|part|longer/.test(name)) return
      const start = concat([head(isLittleEndian), blocks(0, 3, isLittleEndian)])
      const file = concat([start, hole, blocks(3, 6, isLittleEndian)])
      for (const windows of [[file.length], [70], [500]]) {
        const { read, status, reader } = numbers(file, windows)
        expect([read, status, reader.problem]).toEqual([expected, 'end', null])
      }
    })
  }

  it('the hole is named with its offset and length', () => {
    const start = concat([head(), blocks(0, 3)])
    const { reader } = numbers(concat([start, noise(333), blocks(3, 6)]))
    expect(reader.damage).toMatchObject({ holes: 1, lostBytes: 333 })
    expect(reader.damage.problems).toMatchObject([{ offset: start.length, length: 333 }])
    expect(reader.damage.problems[0]?.message).toMatch(
      new RegExp(`^Cannot read "test.cap" at byte ${start.length}: .*: reading continued 333 bytes later$`),
    )
  })

  it('the file ends where a MiB holds no block', () => {
    const start = concat([head(), blocks(0, 3)])
    const { read, status, reader } = numbers(concat([start, noise(MIB + 5_000), blocks(3, 9)]), [300_000])
    expect([read, status]).toEqual([[0, 1, 2], 'damaged'])
    expect(reader.problem?.message).toMatch(/; the next 1 MiB contain no record$/)
  })

  it('a long block whose end is damaged costs itself', () => {
    const long = new PcapngBuilder().block(10, new Uint8Array(2_500_000), 2_500_012, 8).done()
    const file = concat([head(), blocks(0, 3), long, blocks(3, 6)])
    for (const windows of [[file.length], [100_000]]) {
      const { read, status, reader } = numbers(file, windows)
      expect([read, status, reader.damage.lostBytes]).toEqual([[0, 1, 2, 3, 4, 5], 'end', long.length])
    }
  })

  it('one block at the end is enough where it ends with the file', () => {
    const start = concat([head(), blocks(0, 2)])
    expect(numbers(concat([start, noise(50), blocks(2, 3)])).read).toEqual([0, 1, 2])
    expect(numbers(concat([start, noise(50), blocks(2, 3), noise(5)])).read).toEqual([0, 1])
  })
})
