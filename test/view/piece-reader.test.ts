import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StoredChunk } from '../../src/view/chunks/chunk-source.js'
import { type Gap, type KnownGaps, type Piece, PieceReader } from '../../src/view/piece-reader.js'
import { recordGaps } from '../../src/view/record-gaps.js'
import type { ReadingState, Side } from '../../src/view/view-data.js'

type Given = readonly [side: Side, payload: string]

const NO_GAPS: KnownGaps = { sides: [[], []], isTruncated: false }
const gapsOf = (orig: Gap[], resp: Gap[] = []): KnownGaps => ({ sides: [orig, resp], isTruncated: false })

/** Chunks in memory, from the one at `positions[0]` on. */
function sourceOf(chunks: readonly Given[], state?: ReadingState) {
  let at = state?.positions[0] ?? 0
  return {
    get positions(): [number, number] {
      return [at, 0]
    },
    async next(): Promise<StoredChunk | null> {
      const given = chunks[at]
      if (given === undefined) return null
      at += 1
      const bytes = Buffer.from(given[1], 'latin1')
      return {
        side: given[0],
        time: `${at}.000000`,
        length: bytes.length,
        read: async (from, count) => bytes.subarray(from, from + count),
      }
    },
  }
}

/** All pieces; with `isResumed` by a new reader for each of them. */
async function piecesOf(chunks: readonly Given[], gaps: KnownGaps, isResumed = false): Promise<Piece[]> {
  const pieces: Piece[] = []
  let reader = new PieceReader(sourceOf(chunks), gaps)
  for (let piece = await reader.next(); piece !== null; piece = await reader.next()) {
    pieces.push(piece)
    const { state } = reader
    if (isResumed) reader = new PieceReader(sourceOf(chunks, state), gaps, state)
  }
  return pieces
}

const told = (pieces: readonly Piece[]) =>
  pieces.map((piece) =>
    piece.kind === 'gap'
      ? `${piece.side} gap ${piece.length}`
      : `${piece.side} ${piece.offset} ${piece.bytes.toString('latin1')}`,
  )

it.each<[string, Given[], KnownGaps, string[]]>([
  [
    'chunks with their offsets',
    [
      [0, 'ab'],
      [1, 'x'],
      [0, 'c'],
    ],
    NO_GAPS,
    ['0 0 ab', '1 0 x', '0 2 c'],
  ],
  [
    'an empty datagram',
    [
      [0, ''],
      [1, 'x'],
    ],
    NO_GAPS,
    ['0 0 ', '1 0 x'],
  ],
  [
    'a gap with its marker',
    [
      [0, 'ab'],
      [0, '[7 bytes missing]c'],
    ],
    gapsOf([{ offset: 2, length: 7 }]),
    ['0 0 ab', '0 gap 7', '0 9 c'],
  ],
  [
    'a gap with zeros',
    [
      [1, 'ab'],
      [1, '\0\0\0c'],
    ],
    gapsOf([], [{ offset: 2, length: 3 }]),
    ['1 0 ab', '1 gap 3', '1 5 c'],
  ],
  [
    'a gap without anything',
    [
      [0, 'ab'],
      [0, 'c'],
    ],
    gapsOf([{ offset: 2, length: 3 }]),
    ['0 0 ab', '0 gap 3', '0 5 c'],
  ],
  [
    'a gap in the middle of a file without chunks',
    [[0, 'ab[7 bytes missing]c']],
    gapsOf([{ offset: 2, length: 7 }]),
    ['0 0 ab', '0 gap 7', '0 9 c'],
  ],
  [
    'a gap at the begin',
    [[0, '[1 bytes missing]c']],
    gapsOf([{ offset: 0, length: 1 }]),
    ['0 gap 1', '0 1 c'],
  ],
  ['text like a marker that is payload', [[0, '[7 bytes missing]']], NO_GAPS, ['0 0 [7 bytes missing]']],
  [
    'markers where the sides are not known',
    [[null, 'ab[7 bytes missing]c[8 bytes missing]']],
    gapsOf([{ offset: 2, length: 7 }]),
    ['null 0 ab', 'null gap 7', 'null 19 c[8 bytes missing]'],
  ],
  [
    'markers beyond those that the index lists',
    [[0, '[7 bytes missing]c']],
    { sides: [[], []], isTruncated: true },
    ['0 gap 7', '0 7 c'],
  ],
])('gives %s', async (_name, chunks, gaps, expected) => {
  expect(told(await piecesOf(chunks, gaps))).toEqual(expected)
})

it('goes on where it stood, in the middle of a chunk as well', async () => {
  const long = 'x'.repeat(40_000)
  const chunks: Given[] = [
    [0, `${long}[5 bytes missing]${long}`],
    [1, 'y'],
    [null, `${long}[5 bytes missing]`],
  ]
  const gaps = gapsOf([{ offset: 40_000, length: 5 }])
  expect(await piecesOf(chunks, gaps, true)).toEqual(await piecesOf(chunks, gaps))
})

it('loses no byte of a chunk, whatever the gaps are said to be, and comes to an end', async () => {
  const side = fc.constantFrom<Side>(0, 1, null)
  const chunk = fc.tuple(side, fc.stringMatching(/^[a\0[7 bytesming\]]{0,30}$/))
  const gap = fc.record({ offset: fc.nat(20), length: fc.integer({ min: 1, max: 9 }) })
  const gaps = fc.record({ sides: fc.tuple(fc.array(gap), fc.array(gap)), isTruncated: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(chunk), gaps, async (chunks, known) => {
      const pieces = await piecesOf(chunks, known)
      const data = pieces
        .map((piece) => (piece.kind === 'data' ? piece.bytes.toString('latin1') : ''))
        .join('')
      const all = chunks.map(([, payload]) => payload).join('')
      const withoutFill = (text: string) => text.replace(/\[\d+ bytes missing\]/g, '').replace(/\0/g, '')
      expect(withoutFill(data)).toBe(withoutFill(all))
    }),
  )
})

it('takes no list of gaps as it is said to be', () => {
  const record = {
    orig_gaps: [
      { offset: 1, length: 2 },
      { offset: -1, length: 2 },
      { offset: 1, length: 0 },
      { offset: '1', length: 2 },
      null,
    ],
    resp_gaps: 'none',
    gaps_truncated: 1,
  }
  expect(recordGaps(record)).toEqual({ sides: [[{ offset: 1, length: 2 }], []], isTruncated: false })
})
