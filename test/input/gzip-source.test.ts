import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { constants, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openFile, openStream } from '../../src/input/open-byte-source.js'
import { drain } from './drain.js'
import { temporaryFolder } from './temporary-folder.js'

const path = join(temporaryFolder(), 'input.gz')

function open(content: Uint8Array) {
  writeFileSync(path, content)
  return openFile(path)
}

// 400 kB that compress to a third: more than one output chunk of zlib is not needed to lose some.
let state = 1
const text = Buffer.from(
  Array.from({ length: 400_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return 0x61 + ((state >>> 16) & 7)
  }),
)
const member = gzipSync(text)
const hello = gzipSync('hello')
const IGNORED = 'what follows the last gzip member is no gzip data, it is ignored'

describe('GzipByteSource', () => {
  // [name, compressed, content, problem]
  const cases: [string, Buffer[], Buffer, { offset: number; message: string } | null][] = [
    [
      'several members',
      [hello, member, hello],
      Buffer.concat([Buffer.from('hello'), text, Buffer.from('hello')]),
      null,
    ],
    ['an empty member', [hello, gzipSync(''), hello], Buffer.from('hellohello'), null],
    ['zeros behind the last member', [member, Buffer.alloc(100_000)], text, null],
    [
      'a member behind zeros, as gzip does not',
      [member, Buffer.alloc(10), hello],
      text,
      { offset: member.length + 10, message: IGNORED },
    ],
    [
      'other bytes behind the last member',
      [hello, member, Buffer.from('PCAP goes on')],
      Buffer.concat([Buffer.from('hello'), text]),
      { offset: expect.any(Number), message: IGNORED },
    ],
    [
      'bytes that begin as another member',
      [member, Buffer.from([0x1f, 0x8b, 0xff, 1, 2])],
      text,
      { offset: expect.any(Number), message: IGNORED },
    ],
    [
      'a member that is cut in its trailer',
      [member.subarray(0, -3)],
      text,
      { offset: member.length - 3, message: 'the gzip data ends early' },
    ],
    [
      'a wrong checksum, after the whole content',
      [member.subarray(0, -8), Buffer.alloc(8, 1)],
      text,
      { offset: expect.any(Number), message: 'the gzip data is damaged (incorrect data check)' },
    ],
    [
      'a header alone',
      [Buffer.from([0x1f, 0x8b])],
      Buffer.alloc(0),
      { offset: 2, message: 'the gzip data ends early' },
    ],
    [
      'an unknown method',
      [Buffer.from([0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0, 0])],
      Buffer.alloc(0),
      { offset: 0, message: 'the gzip data is damaged (unknown compression method)' },
    ],
  ]
  it.each(cases)('reads %s', async (_name, parts, content, problem) => {
    const compressed = Buffer.concat(parts)
    const stream = openStream(Readable.from([compressed], { objectMode: false }))
    for (const [source, bufferBytes] of [
      [open(compressed), 100_000],
      [open(compressed), 1_000_000],
      [stream, 1_000_000],
    ] as const) {
      expect((await drain(source, bufferBytes)).equals(content)).toBe(true)
      expect(source.problem).toEqual(problem)
      expect(source.isAtEnd).toBe(true)
      if (problem !== null) expect(source.problem?.offset).toBeLessThanOrEqual(compressed.length)
    }
  })

  it('gives all that comes before the damage', async () => {
    // Ends on a byte's boundary, so that the next byte is a block's header; one of ones is of no known type.
    const sound = gzipSync(text, { finishFlush: constants.Z_FULL_FLUSH })
    const source = open(Buffer.concat([sound, Buffer.alloc(100_000, 0xff)]))
    expect((await drain(source)).equals(text)).toBe(true)
    expect(source.problem?.message).toBe('the gzip data is damaged (invalid block type)')
    const offset = source.problem?.offset ?? 0
    expect(offset).toBeGreaterThan(sound.length - 4)
    expect(offset).toBeLessThanOrEqual(sound.length)
    expect(source.bytesRead).toBeGreaterThanOrEqual(offset)
  })

  it('gives what comes before the damage of a long stream, to a few KiB', async () => {
    const long = Buffer.concat(Array.from({ length: 10 }, () => text))
    const sound = gzipSync(long, { level: 1, finishFlush: constants.Z_FULL_FLUSH })
    expect(sound.length).toBeGreaterThan(1024 * 1024)
    const source = openStream(Readable.from([sound, Buffer.alloc(100_000, 0xff)], { objectMode: false }))
    const content = await drain(source)
    expect(long.subarray(0, content.length).equals(content)).toBe(true)
    expect(content.length).toBeGreaterThan(long.length - 30_000)
    expect(sound.length - (source.problem?.offset ?? 0)).toBeLessThanOrEqual(4096)
  })

  it('gives a beginning of the content of a file cut at any byte, and says so', async () => {
    const short = Buffer.from(text.subarray(0, 300))
    const compressed = gzipSync(short)
    for (let length = 2; length < compressed.length; length += 3) {
      const source = open(compressed.subarray(0, length))
      const content = await drain(source)
      expect(short.subarray(0, content.length).equals(content)).toBe(true)
      expect(source.problem).toEqual({ offset: length, message: 'the gzip data ends early' })
    }
  })

  it('never rejects and never hangs when bytes are changed', async () => {
    const compressed = Buffer.concat([gzipSync(text.subarray(0, 500)), hello])
    const change = fc.tuple(fc.integer({ min: 2, max: compressed.length - 1 }), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const changed = Buffer.from(compressed)
        for (const [at, value] of changes) changed[at] = value
        const source = open(changed)
        await drain(source)
        expect(source.isAtEnd).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('gives what a stream has sent before it goes on', async () => {
    const stream = new PassThrough()
    const source = openStream(stream)
    stream.write(member.subarray(0, 60_000))
    const target = new Uint8Array(1_000_000)
    const count = await source.read(target)
    expect(count).toBeGreaterThan(0)
    expect(text.subarray(0, count).equals(target.subarray(0, count))).toBe(true)
    stream.end(member.subarray(60_000))
    expect((await drain(source)).equals(text.subarray(count))).toBe(true)
  })

  it('can be closed at any moment', async () => {
    for (const reads of [0, 1, 2]) {
      const source = open(member)
      for (let i = 0; i < reads; i++) await source.read(new Uint8Array(10))
      const reading = source.read(new Uint8Array(10_000_000))
      await source.close()
      await reading
      expect(await source.read(new Uint8Array(10))).toBe(0)
    }
  })
})
