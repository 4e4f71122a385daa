import { expect, it } from 'vitest'
import { type Part, RunBuilder } from '../../../src/view/app/runs.js'
import type { SentPiece, Side } from '../../../src/view/view-data.js'

const data = (side: Side, text: string, time: string | null = null, isContinued = false): SentPiece => ({
  kind: 'data',
  side,
  time,
  offset: 0,
  isContinued,
  data: Buffer.from(text, 'latin1').toString('base64'),
})

function partsOf(pieces: readonly SentPiece[], isByChunk = false): string[] {
  const builder = new RunBuilder(isByChunk)
  for (const piece of pieces) builder.add(piece)
  return builder.parts.map(told)
}

function told(part: Part): string {
  if (part.kind === 'run') return `${part.side}: ${part.chunks.map(({ text }) => text).join('|')}`
  return part.kind === 'gap' ? `gap ${part.length}` : `pause ${part.seconds}`
}

it.each<[string, SentPiece[], string[]]>([
  ['chunks of one side together', [data(0, 'a'), data(0, 'b'), data(1, 'c')], ['0: a|b', '1: c']],
  [
    'a gap between',
    [data(0, 'a'), { kind: 'gap', side: 0, length: 5 }, data(0, 'b')],
    ['0: a', 'gap 5', '0: b'],
  ],
  ['a pause between', [data(0, 'a', '1.000000'), data(0, 'b', '3.500000')], ['0: a', 'pause 2.5', '0: b']],
  ['no pause within a second', [data(0, 'a', '1.000000'), data(0, 'b', '1.999999')], ['0: a|b']],
  [
    'a character that is spread over chunks once',
    [data(0, '\xe4\xb8'), data(1, 'x'), data(0, '\x96')],
    ['0: ', '1: x', '0: 世'],
  ],
  [
    'no character over a gap',
    [data(0, '\xe4\xb8'), { kind: 'gap', side: 0, length: 1 }, data(0, 'a')],
    ['0: ', 'gap 1', '0: a'],
  ],
  ['a side that is not known', [data(null, 'a'), data(null, 'b')], ['null: a|b']],
])('puts %s', (_name, pieces, expected) => {
  expect(partsOf(pieces)).toEqual(expected)
})

it('shows each chunk by itself where that is wanted, the parts of one together', () => {
  expect(partsOf([data(0, 'a'), data(0, 'b'), data(0, 'c', null, true)], true)).toEqual(['0: a', '0: b|c'])
})

it('ends a run when it gets long, and leaves earlier ones as they are', () => {
  const builder = new RunBuilder(false)
  builder.add(data(0, 'x'.repeat(70_000)))
  const [before] = builder.parts
  builder.add(data(0, 'y'))
  expect(builder.parts).toHaveLength(2)
  expect(builder.parts[0]).toBe(before)
})
