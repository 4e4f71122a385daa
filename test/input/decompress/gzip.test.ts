import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InputReadProblem } from '../../../src/input/byte-source.js'
import { unpack } from './unpack.js'

// 400 kB that compress to a third.
let state = 1
const text = Buffer.from(
  Array.from({ length: 400_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return 0x61 + ((state >>> 16) & 7)
  }),
)
const member = gzipSync(text)
const hello = gzipSync('hello')
const empty = Buffer.alloc(0)
/** Ends on a byte's boundary, so that the next byte is a block's header; one of ones is of no known type. */
const FLUSHED = { finishFlush: constants.Z_FULL_FLUSH }
const ONES = Buffer.alloc(100_000, 0xff)
const IGNORED = 'what follows the last gzip member is no gzip data, it is ignored'
const EARLY = 'the gzip data ends early'

const u16 = (value: number) => Buffer.from([value & 255, (value >>> 8) & 255])
const u32 = (value: number) => Buffer.concat([u16(value & 0xffff), u16(value >>> 16)])

/** A member whose header has what the flags say (RFC 1952 section 2.3). */
function memberWith(flags: number, fields: Buffer, content = Buffer.from('x')): Buffer {
  const header = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 0xff]), fields])
  const crc = (flags & 2) === 0 ? empty : u16(crc32(header) & 0xffff)
  return Buffer.concat([header, crc, deflateRawSync(content), u32(crc32(content)), u32(content.length)])
}

const ALL_FIELDS = Buffer.concat([
  u16(60_000),
  Buffer.alloc(60_000, 7),
  Buffer.from(`${'n'.repeat(300_000)}\0c\0`),
])
const checked = memberWith(0x1f, ALL_FIELDS)
const wrongHeaderCrc = Buffer.from(checked)
wrongHeaderCrc[5]! ^= 1

/** A copy with the byte at `at` behind the beginning, or before the end, inverted. */
function inverted(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at < 0 ? copy.length + at : at]! ^= 0xff
  return copy
}

describe('decompressGzip()', () => {
  const damage = (found: string) => `the gzip data is damaged (${found})`
  // [name, compressed, content, problem]
  const cases: [string, Buffer[], Buffer[], InputReadProblem | null][] = [
    ['several members', [hello, member, hello], [Buffer.from('hello'), text, Buffer.from('hello')], null],
    ['an empty member', [hello, gzipSync(''), hello], [Buffer.from('hellohello')], null],
    ['a header with all that it may have', [checked, hello], [Buffer.from('xhello')], null],
    ['zeros behind the last member', [member, Buffer.alloc(300_000)], [text], null],
    [
      'a member behind zeros, as gzip does not',
      [member, Buffer.alloc(10), hello],
      [text],
      { offset: member.length + 10, message: IGNORED },
    ],
    [
      'other bytes behind the last member',
      [hello, member, Buffer.from('PCAP goes on')],
      [Buffer.from('hello'), text],
      { offset: hello.length + member.length, message: IGNORED },
    ],
    [
      'bytes that begin as another member',
      [member, Buffer.from([0x1f, 0x8b, 0xff, 1, 2])],
      [text],
      { offset: member.length, message: IGNORED },
    ],
    ['half a header', [member, hello.subarray(0, 3)], [text], { offset: member.length + 3, message: EARLY }],
    [
      'a member that is cut in its trailer',
      [member.subarray(0, -3)],
      [text],
      { offset: member.length - 3, message: EARLY },
    ],
    [
      'a member that is cut before its trailer',
      [member.subarray(0, -8)],
      [text],
      { offset: member.length - 8, message: EARLY },
    ],
    [
      'a wrong checksum, after the whole content',
      [hello, inverted(member, -8)],
      [Buffer.from('hello'), text],
      { offset: hello.length + member.length - 8, message: damage('incorrect data check') },
    ],
    [
      'a wrong length, after the whole content',
      [inverted(member, -1)],
      [text],
      { offset: member.length - 4, message: damage('incorrect length check') },
    ],
    ['a header alone', [Buffer.from([0x1f, 0x8b])], [], { offset: 2, message: EARLY }],
    [
      'an unknown method',
      [Buffer.from([0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0, 0])],
      [],
      { offset: 0, message: damage('unknown compression method') },
    ],
    ['unknown flags', [inverted(hello, 3)], [], { offset: 0, message: damage('unknown header flags set') }],
    [
      'a wrong checksum of a header',
      [hello, wrongHeaderCrc],
      [Buffer.from('hello')],
      { offset: hello.length, message: damage('header crc mismatch') },
    ],
    [
      'a header that is cut in its name',
      [checked.subarray(0, 100_000)],
      [],
      { offset: 100_000, message: EARLY },
    ],
    [
      'damage between members',
      [hello, gzipSync(text, FLUSHED), ONES],
      [Buffer.from('hello'), text],
      { offset: hello.length + gzipSync(text, FLUSHED).length, message: damage('invalid block type') },
    ],
  ]
  it.each(cases)('reads %s', async (_name, parts, contents, problem) => {
    const compressed = Buffer.concat(parts)
    for (const canSeek of [true, false]) {
      for (const pieceBytes of [997, Infinity]) {
        const found = await unpack('gzip', compressed, pieceBytes, canSeek)
        expect(found.content.equals(Buffer.concat(contents))).toBe(true)
        expect(found.problem).toEqual(problem)
      }
    }
  })

  it('gives all that comes before damage of a file, and of the first MiB of each member of a stream', async () => {
    const long = Buffer.concat(Array.from({ length: 10 }, () => text))
    const sound = gzipSync(long, { level: 1, ...FLUSHED })
    expect(sound.length).toBeGreaterThan(1024 * 1024)
    const whole = Buffer.concat([member, member, member, member, member, member, member, member, sound, ONES])
    const file = await unpack('gzip', whole, 60_000, true)
    expect(file.content.length).toBe(8 * text.length + long.length)
    expect(file.problem?.offset).toBe(whole.length - ONES.length)
    const stream = await unpack('gzip', whole, 60_000)
    expect(file.content.subarray(0, stream.content.length).equals(stream.content)).toBe(true)
    expect(file.content.length - stream.content.length).toBeLessThan(30_000)
    expect(whole.length - ONES.length - (stream.problem?.offset ?? 0)).toBeLessThanOrEqual(4096)
    const short = await unpack('gzip', Buffer.concat([member, member, gzipSync(text, FLUSHED), ONES]), 60_000)
    expect(short.content.length).toBe(3 * text.length)
  })

  it('gives the same of any bytes, read from a file or a stream, in pieces of any size', async () => {
    const whole = Buffer.concat([gzipSync(text.subarray(0, 5000)), hello, checked.subarray(0, 10)])
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 3 }),
        fc.integer({ min: 1, max: 5000 }),
        async (changes, pieceBytes) => {
          const changed = Buffer.from(whole)
          for (const [at, value] of changes) changed[at] = value
          const file = await unpack('gzip', changed, Infinity, true)
          expect(await unpack('gzip', changed, pieceBytes, false)).toEqual(file)
          expect(file.problem).not.toBeNull()
        },
      ),
      { numRuns: 100 },
    )
  })

  it('a bomb comes out in small pieces: 256 MiB of zeros out of 260 KB', async () => {
    const { loadDecompressor } = await import('../../../src/input/decompress/load-decompressor.js')
    const { inputOf } = await import('./unpack.js')
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 1 })
    const decompress = await loadDecompressor('gzip')
    let total = 0
    let largest = 0
    const problem = decompress(inputOf(Buffer.concat([bomb, bomb, bomb, bomb])), (_bytes, from, to) => {
      total += to - from
      largest = Math.max(largest, to - from)
    })
    expect([problem, total]).toEqual([null, 256 * 1024 * 1024])
    expect(largest).toBeLessThanOrEqual(64 * 1024)
  })
})
