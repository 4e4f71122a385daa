import { describe, expect, it } from 'vitest'
import type { Compression } from '../../../src/input/compression.js'
import { CONTENT, packed, unpack } from './unpack.js'

/** A copy of a file with one byte changed. */
function withByte(name: string, at: number, change: (byte: number) => number): Buffer {
  const bytes = packed(name)
  const place = at < 0 ? bytes.length + at : at
  bytes[place] = change(bytes[place]!)
  return bytes
}

const inverted = (byte: number) => byte ^ 0xff
const u32 = (value: number) =>
  Buffer.from([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24])

describe('damage is told with what it is:', () => {
  // [name, compression, file, problem]
  const cases: [string, Compression, Buffer, RegExp][] = [
    ['a zstd checksum', 'zstd', withByte('plain.zst', -1, inverted), /damaged \(wrong checksum\)/],
    ['a zstd block', 'zstd', withByte('plain.zst', 12, () => 0xff), /damaged \(corrupted block\)/],
    [
      'a zstd window beyond 128 MiB',
      'zstd',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x90, 1, 0, 0]),
      /its window is larger than 128 MiB/,
    ],
    [
      'a zstd dictionary',
      'zstd',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 0x40, 7, 1, 0, 0]),
      /it needs a dictionary/,
    ],
    ['an xz index', 'xz', withByte('plain.xz', -20, inverted), /damaged \(corrupted block\)/],
    ['an xz check that is not supported', 'xz', packed('sha256.xz'), /unsupported: a check other than/],
    [
      'an lz4 checksum of the content',
      'lz4',
      withByte('linked.lz4', -1, inverted),
      /wrong checksum of the content/,
    ],
    [
      'an lz4 checksum of a block',
      'lz4',
      withByte('independent.lz4', 20, inverted),
      /wrong checksum of a block/,
    ],
    [
      'an lz4 checksum of the header',
      'lz4',
      withByte('linked.lz4', 6, inverted),
      /wrong checksum of the header/,
    ],
    ['an lz4 version', 'lz4', withByte('linked.lz4', 4, () => 0), /unknown version 0/],
    [
      'a bzip2 checksum of a block',
      'bzip2',
      withByte('blocks.bz2', 12, inverted),
      /wrong checksum of a block/,
    ],
    [
      'a bzip2 checksum of the stream',
      'bzip2',
      withByte('plain.bz2', -3, inverted),
      /wrong checksum of the stream/,
    ],
    [
      'a bzip2 block of the first version',
      'bzip2',
      withByte('plain.bz2', 14, (byte) => byte | 0x80),
      /bzip2 0\.9\.0/,
    ],
  ]
  it.each(cases)('%s', async (_name, compression, bytes, message) => {
    const { problem } = await unpack(compression, bytes)
    expect(problem?.message).toMatch(message)
    expect(problem?.message).toContain(`the ${compression} data is damaged`)
  })

  it('the blocks before it are given, whole', async () => {
    const whole = packed('blocks.bz2')
    const second = whole.indexOf(Buffer.from('314159265359', 'hex'), 10) // begins with a byte here
    whole[second + 100]! ^= 0xff
    const { content, problem } = await unpack('bzip2', whole)
    expect(content.length).toBeGreaterThan(99_000)
    expect(CONTENT.subarray(0, content.length).equals(content)).toBe(true)
    expect(problem?.offset).toBe(second)
  })
})

describe('frames that are to be skipped', () => {
  it.each(['zstd', 'lz4'] as const)('are skipped in %s files, whatever their length', async (compression) => {
    const whole = packed(compression === 'zstd' ? 'plain.zst' : 'linked.lz4')
    for (const bytes of [0, 1, 300_000]) {
      const skipped = Buffer.concat([u32(0x184d2a57), u32(bytes), Buffer.alloc(bytes, 1)])
      const { content, problem } = await unpack(compression, Buffer.concat([skipped, whole, skipped]))
      expect([content.equals(CONTENT), problem]).toEqual([true, null])
      const cut = await unpack(compression, Buffer.concat([whole, skipped.subarray(0, skipped.length - 1)]))
      expect(cut.content.equals(CONTENT)).toBe(true)
      expect(cut.problem?.message).toBe(`the ${compression} data ends early`)
    }
  })
})

it('a bomb comes out in small pieces: 256 MiB of zeros out of 8 KB', async () => {
  const blocks = 2048
  // A frame with a window of 128 KiB, of blocks that repeat one byte 128 KiB times (RFC 8878 section 3.1.1.2.2).
  const block = (isLast: boolean) => {
    const header = ((128 * 1024) << 3) | (1 << 1) | (isLast ? 1 : 0)
    return Buffer.from([header & 255, (header >>> 8) & 255, (header >>> 16) & 255, 0])
  }
  const frame = Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]),
    ...Array.from({ length: blocks }, (_, i) => block(i === blocks - 1)),
  ])
  const { loadDecompressor } = await import('../../../src/input/decompress/load-decompressor.js')
  const { inputOf } = await import('./unpack.js')
  const decompress = await loadDecompressor('zstd')
  let total = 0
  let largest = 0
  const problem = decompress(inputOf(frame), (_bytes, from, to) => {
    total += to - from
    largest = Math.max(largest, to - from)
  })
  expect([problem, total]).toEqual([null, blocks * 128 * 1024])
  expect(largest).toBeLessThanOrEqual(128 * 1024)
  expect(frame.length).toBeLessThan(10_000)
})
