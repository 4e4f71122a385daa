import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Compression } from '../../../src/input/compression.js'
import { CONTENT, packed, unpack } from './unpack.js'

// [compression, what the last part of a file is called, files]
const formats: [Compression, string, string[]][] = [
  ['gzip', 'member', ['plain.gz', 'members.gz']],
  ['zstd', 'frame', ['plain.zst', 'unchecked.zst']],
  ['xz', 'stream', ['plain.xz', 'blocks.xz']],
  ['lz4', 'frame', ['linked.lz4', 'independent.lz4', 'large.lz4']],
  ['bzip2', 'stream', ['plain.bz2', 'blocks.bz2']],
]
const files = formats.flatMap(([compression, , names]) => names.map((name) => [name, compression] as const))
const ENDINGS = { gzip: 'gz', zstd: 'zst', xz: 'xz', lz4: 'lz4', bzip2: 'bz2' } as const

describe.each(formats)('a %s file', (compression, unit, names) => {
  const wholes = names.map(packed)
  const first = wholes[0]!

  it('may have several parts, empty ones among them', async () => {
    const empty = packed(`empty.${ENDINGS[compression]}`)
    const parts = [...wholes, empty, ...wholes]
    const { content, problem } = await unpack(compression, Buffer.concat(parts))
    expect(problem).toBeNull()
    expect(
      content.equals(Buffer.concat(parts.map((part) => (part === empty ? Buffer.alloc(0) : CONTENT)))),
    ).toBe(true)
  })

  it('may be of nothing', async () => {
    const empty = packed(`empty.${ENDINGS[compression]}`)
    expect(await unpack(compression, empty)).toEqual({ content: Buffer.alloc(0), problem: null })
  })

  it('may be filled up with zeros', async () => {
    const { content, problem } = await unpack(compression, Buffer.concat([first, Buffer.alloc(300_000)]))
    expect([content.equals(CONTENT), problem]).toEqual([true, null])
  })

  it.each(['garbage', 'x', '\0\0\0\0more garbage than a header has'])(
    'keeps all before %j',
    async (garbage) => {
      const { content, problem } = await unpack(compression, Buffer.concat([first, Buffer.from(garbage)]))
      expect(content.equals(CONTENT)).toBe(true)
      const message = `what follows the last ${compression} ${unit} is no ${compression} data, it is ignored`
      const isTooShort = compression === 'xz' && garbage.length < 12 // than the header of a stream
      expect(problem?.message).toBe(isTooShort ? 'the xz data ends early' : message)
      expect(problem?.offset).toBeGreaterThanOrEqual(first.length)
      expect(problem?.offset).toBeLessThanOrEqual(first.length + garbage.length)
    },
  )

  it('needs no other memory of the file before', async () => {
    for (const whole of [first, first.subarray(0, first.length >> 1), first]) await unpack(compression, whole)
    expect((await unpack(compression, first)).content.equals(CONTENT)).toBe(true)
  })
})

describe.each(files)('%s', (name, compression) => {
  const whole = packed(name)

  it.each([1, 7, 4096, Infinity])('gives its content, read in pieces of %d bytes', async (pieceBytes) => {
    const { content, problem } = await unpack(compression, whole, pieceBytes)
    expect([content.equals(CONTENT), problem]).toEqual([true, null])
  })

  it('cut at any of 100 places gives a beginning of the content, and says that it ends early', async () => {
    let most = 0
    for (let cut = 0; cut < 100; cut++) {
      const length = Math.max(10, Math.floor((whole.length * (cut + 1)) / 101))
      const { content, problem } = await unpack(compression, whole.subarray(0, length))
      expect(problem).toEqual({ offset: length, message: `the ${compression} data ends early` })
      expect(content.length).toBeGreaterThanOrEqual(most)
      expect(CONTENT.subarray(0, content.length).equals(content)).toBe(true)
      most = content.length
    }
  })

  it('with changed bytes gives a problem with its place, or what was there, and never throws', async () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const changed = Buffer.from(whole)
        for (const [at, value] of changes) changed[at] = value
        const { problem } = await unpack(compression, changed)
        if (problem !== null) {
          expect(problem.offset).toBeGreaterThanOrEqual(0)
          expect(problem.offset).toBeLessThanOrEqual(whole.length)
        }
      }),
      { numRuns: 40 },
    )
  })
})

it('gives what a read error leaves, and tells the error', async () => {
  const { CompressedInput } = await import('../../../src/input/decompress/compressed-input.js')
  const { loadDecompressor } = await import('../../../src/input/decompress/load-decompressor.js')
  for (const [name, compression] of files) {
    const whole = packed(name)
    let at = 0
    const input = new CompressedInput((target) => {
      if (at >= whole.length / 2) throw Object.assign(new Error('the disk is gone'), { code: 'EIO' })
      target[0] = whole[at++]!
      return 1
    })
    const decompress = await loadDecompressor(compression)
    expect(decompress(input, () => {})).toEqual({ offset: at, message: 'the disk is gone', isOfSystem: true })
  }
})
