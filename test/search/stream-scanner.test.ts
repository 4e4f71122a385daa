import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Matcher } from '../../src/search/matcher.js'
import { matcherOf } from '../../src/search/pattern.js'
import { type Hit, StreamScanner } from '../../src/search/stream-scanner.js'

/** Looks at few bytes in one go, so that a short stream has many windows. */
const inBlocks = (matcher: Matcher, block: number, reach = matcher.reach): Matcher => ({
  block,
  reach,
  load: (bytes) => matcher.load(bytes),
  next: (at) => matcher.next(at),
})

/** A stretch of a stream, cut into pieces, and how many bytes are missing before it. */
interface Stretch {
  readonly missing: number
  readonly pieces: readonly Buffer[]
}

function scan(matcher: Matcher, context: number, stretches: readonly Stretch[]): Hit[] {
  const hits: Hit[] = []
  const scanner = new StreamScanner(matcher, context, (hit) => hits.push(hit))
  let offset = 0
  for (const { missing, pieces } of stretches) {
    offset += missing
    for (const piece of pieces) {
      scanner.add(Buffer.from(piece), offset)
      offset += piece.length
    }
    scanner.end()
  }
  return hits
}

/** What is found in each stretch as a whole by something that knows no windows. */
function expected(
  find: (text: string, at: number) => readonly [number, number] | null,
  context: number,
  stretches: readonly Stretch[],
): Hit[] {
  const hits: Hit[] = []
  let offset = 0
  for (const { missing, pieces } of stretches) {
    offset += missing
    const text = Buffer.concat(pieces).toString('latin1')
    for (let found = find(text, 0); found !== null; found = find(text, found[1])) {
      const [from, to] = found
      const match = text.slice(from, to)
      const before = text.slice(Math.max(0, from - context), from)
      hits.push({
        offset: offset + from,
        length: to - from,
        match,
        before,
        after: text.slice(to, to + context),
      })
    }
    offset += text.length
  }
  return hits
}

const byte = fc.constantFrom(...Buffer.from('abAB\0\n'))
const piece = fc.array(byte, { maxLength: 40 }).map((bytes) => Buffer.from(bytes))
const stretches = fc.array(
  fc.record({ missing: fc.integer({ min: 1, max: 9 }), pieces: fc.array(piece, { maxLength: 12 }) }),
  { maxLength: 3 },
)
const needle = fc
  .array(fc.constantFrom('a', 'b', 'A'), { minLength: 1, maxLength: 7 })
  .map((all) => all.join(''))

describe('a scanner', () => {
  it('finds text wherever a stream is cut', () =>
    fc.assert(
      fc.asyncProperty(
        ...[stretches, needle, fc.boolean()],
        ...[fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 20 })],
        async (given, text, isAnyCase, block, context) => {
          const matcher = inBlocks(await matcherOf({ kind: 'text', text, isAnyCase }), block)
          const forms = [text, Buffer.from(text, 'utf16le').toString('latin1')].map((form) =>
            isAnyCase ? form.toLowerCase() : form,
          )
          const find = (all: string, at: number) => {
            const cased = isAnyCase ? all.toLowerCase() : all
            const found = forms
              .map((form) => [cased.indexOf(form, at), form.length] as const)
              .filter(([from]) => from >= 0)
              .sort(([a], [b]) => a - b)[0]
            return found === undefined ? null : ([found[0], found[0] + found[1]] as const)
          }
          expect(scan(matcher, context, given)).toEqual(expected(find, context, given))
        },
      ),
      { numRuns: 500 },
    ))

  it.each(['ab|ba', '[ab]{2,4}A', '(?m)^a\\w?$', '\\bA+?b', '^a', 'b$', '(?i)ab{1,3}\\n', 'a\\x00?b'])(
    'finds what %s fits wherever a stream is cut',
    (text) =>
      fc.assert(
        fc.asyncProperty(
          ...[stretches, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 20 })],
          async (given, block, context) => {
            const matcher = inBlocks(await matcherOf({ kind: 'regex', text, isAnyCase: false }), block, 32)
            const flags = /^\(\?(\w)\)(.*)/.exec(text)
            const model = new RegExp(flags?.[2] ?? text, `g${flags?.[1] ?? ''}`)
            const find = (all: string, at: number) => {
              model.lastIndex = at
              const found = model.exec(all)
              return found === null ? null : ([found.index, found.index + found[0].length] as const)
            }
            expect(scan(matcher, context, given)).toEqual(expected(find, context, given))
          },
        ),
        { numRuns: 200 },
      ),
  )

  it('finds the same in one piece and byte by byte, also what is longer than a window can hold', async () => {
    const stream = Buffer.alloc(300_000, 'a')
    stream.write('x', 0)
    stream.write('b', 200_000)
    const matcher = await matcherOf({ kind: 'regex', text: 'xa*|a+b', isAnyCase: false })
    const whole = scan(matcher, 8, [{ missing: 0, pieces: [stream] }])
    const cut = Array.from({ length: 3000 }, (_, i) => stream.subarray(100 * i, 100 * i + 100))
    expect(scan(matcher, 8, [{ missing: 0, pieces: cut }])).toEqual(whole)
    expect(whole[0]).toMatchObject({ offset: 0, match: `x${'a'.repeat(999)}` })
  })

  it('begins anew after a search that failed', async () => {
    const hits: Hit[] = []
    const scanner = new StreamScanner(
      await matcherOf({ kind: 'text', text: 'ab', isAnyCase: false }),
      0,
      (hit) => hits.push(hit),
    )
    scanner.add(Buffer.from('xa'), 0)
    scanner.reset()
    scanner.add(Buffer.from('bx'), 2)
    scanner.end()
    expect(hits).toEqual([])
  })
})
