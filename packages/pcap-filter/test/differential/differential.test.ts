import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runBpf } from './bpf.js'
import { type Capture, foundCaptures, madeCaptures } from './captures.js'
import { Comparison, OurFilter } from './comparison.js'
import { EXPRESSIONS } from './expressions.js'
import { knownDifference } from './known-differences.js'
import { type Libpcap, loadLibpcap } from './libpcap.js'
import { tcpdumpCounts } from './tcpdump.js'

const captures: readonly Capture[] = [...foundCaptures(), ...madeCaptures()]
const expressions = [...EXPRESSIONS.values()].flat()

// A machine busy with other things may need minutes.
vi.setConfig({ testTimeout: 300_000 })

let libpcap: Libpcap

beforeAll(async () => {
  libpcap = await loadLibpcap()
})

describe('filters of files', () => {
  it('are compared over enough expressions and captures', () => {
    expect(expressions.length).toBeGreaterThanOrEqual(300)
    expect(captures.length).toBeGreaterThanOrEqual(60)
    expect(new Set(captures.map(({ linkType }) => linkType)).size).toBeGreaterThanOrEqual(50)
  })

  it.each([...EXPRESSIONS])('take the packets that libpcap takes: %s', async (group, list) => {
    const comparison = new Comparison(libpcap)
    for (const expression of list) await comparison.compare(expression, captures)
    expect(comparison.differences.slice(0, 20)).toEqual([])
    if (!group.startsWith('wrong')) expect(comparison.tally.matches).toBeGreaterThan(0)
    expect(comparison.tally.undefined).toBeLessThanOrEqual(comparison.tally.packets / 10)
  })
})

/** False where libpcap's program says one thing or another by what the memory holds. */
function isDefined(expression: string, { linkType, isBigEndian, frames }: Capture): boolean {
  if (knownDifference(expression, linkType) !== null) return false
  const program = libpcap.compile(expression, linkType, isBigEndian)
  if (typeof program === 'string') return true
  return frames.every(({ bytes, wireLength }) => runBpf(program, bytes, wireLength) !== null)
}

describe('what the comparison stands on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-filter-'))
  const fileOf = (capture: Capture) => join(folder, `${captures.indexOf(capture)}.pcap`)

  beforeAll(() => {
    for (const capture of captures) writeFileSync(fileOf(capture), capture.file)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  // Every expression with one capture, every capture with several expressions.
  const pairs = expressions.map(
    (expression, index) => [expression, captures[index % captures.length]!] as const,
  )
  const shares = [0, 1, 2, 3].map((share) => pairs.filter((_, index) => index % 4 === share))

  it.concurrent.each(shares.map((share) => [share]))(
    'is what tcpdump itself takes of a file',
    async (share) => {
      const differences: string[] = []
      const counts = await tcpdumpCounts(share.map(([expression, capture]) => [fileOf(capture), expression]))
      for (const [index, [expression, capture]] of share.entries()) {
        const count = counts[index]
        const predicate = (await OurFilter.of(expression)).forLinkType(capture.linkType, capture.isBigEndian)
        const taken =
          typeof predicate === 'string'
            ? null
            : capture.frames.filter(({ bytes, wireLength }) => predicate(bytes, 0, bytes.length, wireLength))
                .length
        if (taken !== count && isDefined(expression, capture)) {
          differences.push(`${JSON.stringify(expression)} on ${capture.name}: tcpdump ${count}, we ${taken}`)
        }
      }
      expect(differences).toEqual([])
    },
  )
})
