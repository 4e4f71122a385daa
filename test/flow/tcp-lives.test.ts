import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SegmentSpec, setUpTracker } from './packets.js'

/** A segment of a history: which life and side sent it, and what. */
interface Sent {
  readonly fromA: boolean
  readonly spec: SegmentSpec
  /** Not of any life. */
  readonly isStray?: boolean
}

interface Plan {
  readonly lives: readonly { readonly isns: readonly [number, number]; readonly sizes: readonly number[] }[]
  readonly isInterleaved: boolean
  readonly hasFins: boolean
  readonly troubles: readonly number[]
}

const isn = fc.integer({ min: 0, max: 7 }).map((eighth) => eighth * 2 ** 29)
const life = fc.record({
  isns: fc.tuple(isn, isn),
  sizes: fc.array(fc.integer({ min: 2, max: 30 }), { minLength: 1, maxLength: 12 }),
})
const plan: fc.Arbitrary<Plan> = fc.record({
  lives: fc
    .tuple(life, life)
    .filter(([a, b]) => a.isns[0] !== b.isns[0] && a.isns[1] !== b.isns[1])
    .map(([a, b]) => [a, b]),
  isInterleaved: fc.boolean(),
  hasFins: fc.boolean(),
  troubles: fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 80, maxLength: 80 }),
})

const SWAP = 12
const LOSS = 20
const COPY = 28
const STRAY = 36

/** A byte that tells its life, side and place. */
function content(number: number, side: 0 | 1, offset: number): string {
  return String.fromCharCode(32 + ((offset * 7 + number * 31 + side * 13) % 90))
}

function segmentsOf(number: number, { isns, sizes }: Plan['lives'][number], hasFins: boolean): Sent[] {
  const [a, b] = isns
  const next: [number, number] = [a + 1, b + 1]
  const sent: Sent[] = [
    { fromA: true, spec: { flags: 'S', seq: a } },
    { fromA: false, spec: { flags: 'S.', seq: b, ack: a + 1 } },
    { fromA: true, spec: { flags: '.', seq: a + 1, ack: b + 1 } },
  ]
  sizes.forEach((size, i) => {
    const side = (i & 1) as 0 | 1
    const from = next[side] - isns[side] - 1
    const data = Array.from({ length: size }, (_, at) => content(number, side, from + at)).join('')
    sent.push({ fromA: side === 0, spec: { flags: 'P.', seq: next[side], ack: next[side ^ 1]!, data } })
    next[side] += size
  })
  if (hasFins) {
    sent.push({ fromA: true, spec: { flags: 'F.', seq: next[0], ack: next[1] } })
    sent.push({ fromA: false, spec: { flags: 'F.', seq: next[1], ack: next[0] + 1 } })
  }
  return sent
}

/** What was captured of a plan: lost, copied and swapped segments, and stray ones far from both lives. */
function captured({ lives, isInterleaved, hasFins, troubles }: Plan): Sent[] {
  const [first, second] = lives.map((given, number) => segmentsOf(number, given, hasFins))
  const all: Sent[] = []
  if (isInterleaved) {
    const longest = Math.max(first!.length, second!.length)
    for (let i = 0; i < longest; i++)
      all.push(...[first![i], second![i]].filter((sent) => sent !== undefined))
  } else {
    all.push(...first!, ...second!)
  }
  const out: Sent[] = []
  all.forEach((sent, i) => {
    const trouble = troubles[i % troubles.length]!
    const isSyn = sent.spec.flags.startsWith('S')
    if (trouble >= SWAP && trouble < LOSS && !isSyn) return
    out.push(sent)
    if (trouble >= LOSS && trouble < COPY) out.push(sent)
    if (trouble >= COPY && trouble < STRAY) {
      const far = (lives[0]!.isns[0] + 2 ** 28 + i * 1000) % 2 ** 32
      out.push({
        fromA: true,
        isStray: true,
        spec: { flags: 'P.', seq: far, ack: far + 12_345, data: 'stray' },
      })
    }
  })
  for (let i = 0; i + 1 < out.length; i++) {
    if (troubles[(i * 7 + 3) % troubles.length]! >= SWAP) continue
    const isOpening = [out[i], out[i + 1]].some((sent) => sent!.spec.flags.startsWith('S'))
    if (!isOpening) [out[i], out[i + 1]] = [out[i + 1]!, out[i]!]
  }
  return out
}

/** Offsets that were captured of each side, with their bytes. */
function bytesOf(
  sent: readonly Sent[],
  number: number,
  plan: Plan,
): [Map<number, string>, Map<number, string>] {
  const found: [Map<number, string>, Map<number, string>] = [new Map(), new Map()]
  for (const { fromA, isStray, spec } of sent) {
    if (isStray || spec.data === undefined) continue
    const side = fromA ? 0 : 1
    const from = spec.seq! - plan.lives[number]!.isns[side] - 1
    if (from < 0 || from > 1_000) continue
    for (const [at, byte] of [...spec.data].entries()) found[side].set(from + at, byte)
  }
  return found
}

describe('TcpLives against a model of bytes', () => {
  it('delivers every captured byte of two lives once at its place, and what is stray is outside', () => {
    fc.assert(
      fc.property(plan, (given) => {
        const setup = setUpTracker()
        const sent = captured(given)
        sent.forEach(({ fromA, spec }, i) => {
          const timed = { ...spec, at: i / 1000 }
          if (fromA) setup.a(timed)
          else setup.b(timed)
        })
        const connections = setup.end(1)
        expect(connections).toHaveLength(2)
        connections.forEach(({ chunks }, number) => {
          const model = bytesOf(sent, number, given)
          for (const side of [0, 1] as const) {
            let offset = 0
            const delivered = new Map<number, string>()
            for (const chunk of chunks.filter((text) => text.startsWith(`${side}:`))) {
              const gap = /^\d:gap (\d+)\+(\d+)$/.exec(chunk)
              if (gap !== null) {
                expect(Number(gap[1])).toBe(offset)
                offset += Number(gap[2])
                continue
              }
              for (const byte of chunk.slice(2, chunk.lastIndexOf('@'))) delivered.set(offset++, byte)
            }
            expect(delivered).toEqual(model[side])
          }
        })
        const { rows, reassembler } = setup.tracker
        const outside = reassembler.delivery.outsideBytes.reduce((sum, bytes) => sum + bytes, 0)
        const strays = sent.filter(({ isStray }) => isStray).length
        expect([rows.unbalanced, outside]).toEqual([0, 5 * strays])
        const { captured: all, payload, repeated, conflicts } = rows.totals
        expect(payload + repeated + conflicts + outside).toBe(all)
      }),
      { numRuns: 300 },
    )
  })
})

describe('TcpLives', () => {
  it('takes data that was captured before the SYN of its life', () => {
    const setup = setUpTracker()
    setup.a({ flags: 'S', seq: 99 })
    setup.b({ flags: 'S.', seq: 499, ack: 100 })
    setup.a({ flags: 'P.', seq: 100, ack: 500, data: 'old' })
    setup.a({ flags: 'P.', seq: 2 ** 30 + 1, ack: 2 ** 29 + 1, data: 'new' })
    setup.a({ flags: 'S', seq: 2 ** 30 })
    setup.b({ flags: 'S.', seq: 2 ** 29, ack: 2 ** 30 + 1 })
    expect(setup.end().map(({ streams }) => streams[0])).toEqual(['old', 'new'])
  })

  // The second connection begins among the numbers of the first.
  const AMONG = [
    ['a', { flags: 'S', seq: 99 }],
    ['b', { flags: 'S.', seq: 499, ack: 100 }],
    ['a', { flags: 'P.', seq: 100, ack: 500, data: 'x'.repeat(60) }],
    ['b', { flags: 'P.', seq: 500, ack: 160, data: 'y'.repeat(60) }],
    ['a', { flags: 'S', seq: 119 }],
    ['b', { flags: 'S.', seq: 519, ack: 120 }],
    ['a', { flags: '.', seq: 120, ack: 520 }],
  ] as const

  it('takes a packet that fits several lives for the latest, unless another one goes on exactly there', () => {
    const setup = setUpTracker()
    for (const [host, spec] of AMONG) setup[host](spec)
    setup.a({ flags: 'P.', seq: 124, ack: 520, data: 'lost before' })
    setup.a({ flags: 'P.', seq: 160, ack: 560, data: 'on' })
    setup.b({ flags: 'P.', seq: 560, ack: 162, data: 'too' })
    const streams = setup.end().map((connection) => connection.streams)
    expect(streams).toEqual([
      [`${'x'.repeat(60)}on`, `${'y'.repeat(60)}too`],
      ['lost before', ''],
    ])
  })

  it.each([
    [10, 0],
    [14, 1],
  ])('takes numbers within the largest window for near: windows shifted by %d', (scale, isNear) => {
    const setup = setUpTracker()
    setup.a({ flags: 'S', seq: 99 })
    setup.b({ flags: 'S.', seq: 499, ack: 100 })
    setup.tracker.table.windowScale.set([scale + 1, scale + 1]) // from options, which the test's segments have not
    setup.a({ flags: 'P.', seq: 100, ack: 500, data: 'x' })
    setup.b({ flags: '.', seq: 500, ack: 101, window: 65_535 })
    setup.b({ flags: '.', seq: 500, ack: 101, window: 1 })
    setup.a({ flags: 'P.', seq: 101 + 2 ** 26 + 2 ** 25, ack: 500, data: 'y' })
    const [connection] = setup.end()
    expect(connection).toMatchObject({ streams: [isNear ? 'xy' : 'x', ''] })
  })

  it('keeps no more than 16 segments of a candidate, and counts what it drops', () => {
    const setup = setUpTracker()
    setup.a({ flags: 'S', seq: 99 })
    setup.b({ flags: 'S.', seq: 499, ack: 100 })
    for (let i = 0; i < 17; i++) setup.a({ flags: 'P.', seq: 2 ** 30 - 10 * i, ack: 2 ** 29, data: 'abc' })
    const { outsideBytes } = setup.tracker.reassembler.delivery
    expect(outsideBytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(48)
    const [connection] = setup.end()
    expect(connection).toMatchObject({ streams: ['', ''], packets: [18, 1] })
    expect(outsideBytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(51)
    expect(setup.tracker.held.segments).toBe(0)
  })

  it('has four lives at most: a fifth one ends one that is closed, or else the oldest', () => {
    for (const [reset, ended] of [
      [2, 'R2'],
      [-1, 'R0'],
    ] as const) {
      const setup = setUpTracker()
      for (let i = 0; i <= 4; i++) {
        const [a, b] = [i * 2 ** 29, i * 2 ** 29 + 2 ** 28]
        setup.a({ flags: 'S', seq: a, at: 10 - i }) // time goes back: it does not matter
        setup.b({ flags: 'S.', seq: b, ack: a + 1, at: 10 - i })
        setup.a({ flags: 'P.', seq: a + 1, ack: b + 1, data: `R${i}`, at: 10 - i })
        if (i === reset) setup.b({ flags: 'R.', seq: b + 1, ack: a + 3, at: 10 - i })
      }
      expect(setup.sink.finishedOnes.map(({ streams }) => streams[0])).toEqual([ended])
      expect(setup.end(6)).toHaveLength(5)
    }
  })

  it('says of a life that it was replaced when nothing came for it after its successor was confirmed', () => {
    for (const [comes, reason] of [
      [false, 'reuse'],
      [true, 'end'],
    ] as const) {
      const setup = setUpTracker()
      setup.a({ flags: 'S', seq: 99 })
      setup.b({ flags: 'S.', seq: 499, ack: 100 })
      setup.a({ flags: 'S', seq: 2 ** 30 })
      setup.b({ flags: 'S.', seq: 2 ** 29, ack: 2 ** 30 + 1 })
      if (comes) setup.a({ flags: 'P.', seq: 100, ack: 500, data: 'x' })
      expect(setup.end().map(({ closeReason }) => closeReason)).toEqual([reason, 'end'])
    }
  })

  it('counts a retry of a refused connection as its own, and a copy of its SYN not', () => {
    const setup = setUpTracker()
    for (const at of [0, 0.5, 1]) {
      setup.a({ flags: 'S', seq: 99, at })
      setup.b({ flags: 'R.', seq: 0, ack: 100, at: at + 0.001 })
      setup.a({ flags: 'S', seq: 99, at: at + 0.002 })
    }
    expect(setup.end().map(({ packets, closeReason }) => [packets, closeReason])).toEqual([
      [[2, 1], 'rst'],
      [[2, 1], 'rst'],
      [[2, 1], 'rst'],
    ])
  })

  it('gives an ICMP error to the life that has the quoted number', () => {
    const setup = setUpTracker()
    setup.a({ flags: 'S', seq: 99 })
    setup.b({ flags: 'S.', seq: 499, ack: 100 })
    setup.a({ flags: 'S', seq: 2 ** 30 })
    setup.b({ flags: 'S.', seq: 2 ** 29, ack: 2 ** 30 + 1 })
    setup.icmpError(true, { seq: 100 })
    setup.icmpError(false, { seq: 2 ** 29 + 1 })
    setup.icmpError(true, { seq: 2 ** 31 })
    expect(setup.end().map(({ icmpErrors }) => icmpErrors)).toEqual([1, 1])
  })

  it('does not depend on sweeps', () => {
    const play = (sweeps: readonly number[]) => {
      const setup = setUpTracker({ tcpTimeoutSec: 100 })
      setup.a({ flags: 'S', seq: 99 })
      setup.b({ flags: 'S.', seq: 499, ack: 100 })
      setup.a({ flags: 'P.', seq: 2 ** 30, ack: 2 ** 29, data: 'new', at: 50 })
      for (const sec of sweeps) setup.tracker.sweep(sec)
      setup.b({ flags: 'P.', seq: 2 ** 29, ack: 2 ** 30 + 3, data: 'yes', at: 149 })
      setup.a({ flags: 'P.', seq: 100, ack: 500, data: 'third', at: 400 })
      return setup.end(1000).map(({ streams, closeReason, packets }) => [streams, closeReason, packets])
    }
    const alone = play([])
    expect(alone.map(([streams]) => streams)).toEqual([
      ['', ''],
      ['new', 'yes'],
      ['third', ''],
    ])
    expect(play([101, 120, 148])).toEqual(alone)
  })
})
