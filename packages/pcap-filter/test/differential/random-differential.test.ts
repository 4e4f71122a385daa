import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Random, seedOf } from '../../../../fixtures/generator/random.mjs'
import { type Capture, foundCaptures, madeCaptures } from './captures.js'
import { Comparison, type FrameSource } from './comparison.js'
import { EXPRESSIONS } from './expressions.js'
import { type Libpcap, loadLibpcap } from './libpcap.js'
import { linkFrames } from './link-frames.js'
import { randomExpression } from './random-expression.js'
import { disturbed, mayNameHosts, randomWords } from './random-words.js'

const RANDOM_EXPRESSIONS = 400
const SEED = 3

// A machine busy with other things may need minutes.
vi.setConfig({ testTimeout: 300_000 })

let libpcap: Libpcap

beforeAll(async () => {
  libpcap = await loadLibpcap()
})

describe('random expressions', () => {
  const captures: readonly Capture[] = [...foundCaptures(), ...madeCaptures()]
  const common = captures.filter(({ linkType }) => [0, 1, 101, 105, 113, 127, 276].includes(linkType))
  const others = captures.filter((capture) => !common.includes(capture))

  it.each([
    ['of the link types that most captures have', common, 0],
    ['of all others', others, 1],
  ])('take the packets that libpcap takes, %s', async (_, sources, salt) => {
    const comparison = new Comparison(libpcap)
    for (let number = 0; number < RANDOM_EXPRESSIONS; number++) {
      await comparison.compare(randomExpression(new Random(seedOf(SEED + salt, number))), sources)
    }
    expect(comparison.differences.slice(0, 20)).toEqual([])
    expect(comparison.tally.matches).toBeGreaterThan(10_000)
  })
})

describe('random words', () => {
  const sources = [1, 105, 123].map((linkType) => ({
    name: 'none',
    linkType,
    isBigEndian: false,
    frames: [],
  }))
  const table = [...EXPRESSIONS].filter(([group]) => group !== 'long lists').flatMap(([, list]) => list)

  it.each([
    ['thrown together', (random: Random) => randomWords(random)],
    [
      'put into the expressions of the table',
      (random: Random) => disturbed(random, table[random.below(table.length)]!),
    ],
    ['put into random expressions', (random: Random) => disturbed(random, randomExpression(random, 3))],
  ])('are accepted and refused as libpcap does, %s', async (_, make) => {
    const comparison = new Comparison(libpcap)
    for (let number = 0; number < RANDOM_EXPRESSIONS; number++) {
      const expression = make(new Random(seedOf(SEED, number)))
      if (!mayNameHosts(expression)) await comparison.compare(expression, sources)
    }
    expect(comparison.differences.slice(0, 20)).toEqual([])
    expect(comparison.tally.pairs).toBeGreaterThan(RANDOM_EXPRESSIONS)
  })
})

describe('packets cut at every byte', () => {
  const MAX_BYTES = 120
  const cut = ({ name, linkType, isBigEndian, frames }: FrameSource): FrameSource => ({
    name: `${name}, cut`,
    linkType,
    isBigEndian,
    frames: frames.flatMap(({ bytes, wireLength }) =>
      Array.from({ length: Math.min(bytes.length, MAX_BYTES) + 1 }, (_, captured) => ({
        bytes: bytes.slice(0, captured),
        wireLength,
      })),
    ),
  })
  const made = madeCaptures().map((capture) => cut({ ...capture, frames: capture.frames.slice(0, 5) }))

  it.each([...EXPRESSIONS].filter(([group]) => !group.startsWith('wrong')))(
    'are taken where libpcap takes them: %s',
    async (_, list) => {
      const comparison = new Comparison(libpcap)
      for (const [index, expression] of list.entries()) {
        const sources = made.filter(
          (source, at) => [1, 105].includes(source.linkType) || (index + at) % 8 === 0,
        )
        await comparison.compare(expression, sources)
      }
      expect(comparison.differences.slice(0, 20)).toEqual([])
    },
  )

  it('are taken where libpcap takes them: lists so long that they become one test', async () => {
    const comparison = new Comparison(libpcap)
    const addresses = Array.from({ length: 150 }, (_, number) => `10.${number}.0.7`).concat(
      '192.168.1.2',
      '10.0.0.1',
    )
    const hosts = addresses.map((address) => `host ${address}`).join(' or ')
    const ports = Array.from({ length: 150 }, (_, number) => `port ${3000 + number}`).join(' or ')
    const sources = [1, 101, 105, 113, 127].map((linkType) =>
      cut({ name: 'frames', linkType, isBigEndian: false, frames: linkFrames(linkType, false, 60, 5) }),
    )
    for (const expression of [hosts, `(${hosts}) and tcp`, `port 53 or ${ports} or port 80`]) {
      await comparison.compare(expression, sources)
    }
    expect(comparison.differences.slice(0, 20)).toEqual([])
  })
})
