import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../../fixtures/generator/random.mjs'
import { arbitraryCapture, type CaptureRecipe, recordsOf } from '../determinism/arbitrary-capture.js'
import type { ConvertOptions } from '../determinism/outcome.mjs'
import type { DraftRecord } from '../determinism/record-troubles.js'
import { type Results, resultsOf, without } from './results.mjs'
import {
  copied,
  copiesOf,
  cut,
  type Encapsulation,
  encapsulated,
  type Form,
  fileOf,
  mixed,
  resegmented,
  UNRELATED,
} from './transformations.js'

/** Seconds for which new captures are made; without it a few, always the same. */
const SECONDS = Number(process.env.PCAP2CONN_DETERMINISM_SECONDS ?? 0)
const TIMEOUT_MS = 300_000
const SEED = 20_240_306
/** More than two sweeps. */
const MANY_PACKETS = 140_000

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcap2conn-metamorphic-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }), TIMEOUT_MS)

const form: fc.Arbitrary<Form> = fc.record({
  format: fc.constantFrom('pcap', 'pcapng'),
  bigEndian: fc.boolean(),
  nanoseconds: fc.boolean(),
  isCompressed: fc.boolean(),
})

const options: fc.Arbitrary<ConvertOptions> = fc.record({
  separateSides: fc.boolean(),
  json: fc.boolean(),
  writeMetadata: fc.boolean(),
  gaps: fc.constantFrom('marker', 'zeros', 'skip'),
  overlap: fc.constantFrom('first', 'last'),
  tcpTimeout: fc.constantFrom(undefined, 0, 1, 3600),
  udpTimeout: fc.constantFrom(undefined, 0, 1, 300),
})

/** Time never goes back for longer than packets may be recorded late: equality is promised for no more. */
const calm = arbitraryCapture.map((recipe) => ({
  ...recipe,
  troubles: { ...recipe.troubles, timeBack: 0 },
}))

/** As calm, but with nothing that is read otherwise inside of a tunnel. */
const plain = calm.map((recipe) => ({
  ...recipe,
  troubles: { ...recipe.troubles, tunnel: 0, malformed: 0, foreign: 0, cut: 0 },
}))

// Some packets are recorded up to half a second late.
function recordedLate(records: readonly DraftRecord[], random: Random): DraftRecord[] {
  return records.map((record) =>
    random.chance(0.1) ? { ...record, ns: record.ns - random.below(0.5e9) } : record,
  )
}

interface Case {
  readonly recipe: CaptureRecipe
  readonly form: Form
  readonly options: ConvertOptions
}

/** Holds a relation for a few captures that are always the same, or for new ones as long as is asked for. */
async function hold(
  recipes: fc.Arbitrary<CaptureRecipe>,
  numRuns: number,
  relation: (given: Case) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(fc.record({ recipe: recipes, form, options }), relation)
  if (SECONDS === 0) return fc.assert(property, { seed: SEED, numRuns, endOnFailure: true })
  const endMs = performance.now() + (SECONDS * 1000) / 5
  while (performance.now() < endMs) await fc.assert(property, { numRuns: 1 })
}

function expectSame(actual: Results, expected: Results, fields: readonly string[] = []): void {
  const [a, b] = [actual, expected].map((results) => without(results, UNRELATED, fields))
  expect(a?.records).toEqual(b?.records)
  expect(a?.files).toEqual(b?.files)
}

describe('the same packets give the same connections', () => {
  it(
    'however the capture is cut into files, in whatever format',
    () =>
      hold(calm, 12, async ({ recipe, form, options }) => {
        const random = new Random(recipe.seed)
        const records = recordedLate(recordsOf(recipe), random)
        const whole = await resultsOf(folder, [fileOf(records, form)], options)
        const pieces = cut(records, form, random.between(2, 50), random)
        expectSame(await resultsOf(folder, pieces, options), whole)
      }),
    SECONDS * 1000 + TIMEOUT_MS,
  )

  it(
    'whatever else is in the capture',
    () =>
      hold(calm, 3, async ({ recipe, form, options }) => {
        const random = new Random(recipe.seed)
        const records = recordedLate(recordsOf(recipe), random)
        const alone = await resultsOf(folder, [fileOf(records, form)], options)
        const crowd = await resultsOf(folder, [fileOf(mixed(records, MANY_PACKETS, random), form)], options)
        expect(crowd.limits).not.toHaveProperty('time_back')
        expectSame(crowd, alone)
      }),
    SECONDS * 1000 + TIMEOUT_MS,
  )

  it(
    'when packets are there a second time, in another VLAN, but for the number of copies',
    () =>
      hold(plain, 8, async ({ recipe, form, options: given }) => {
        const options = { ...given, writeMetadata: false }
        const random = new Random(recipe.seed)
        const records = recordsOf(recipe)
        const fields = ['orig_dup_pkts', 'resp_dup_pkts']
        const once = await resultsOf(folder, [fileOf(records, form)], options)
        const twice = copied(records, random)
        const whole = await resultsOf(folder, [fileOf(twice, form)], options)
        expectSame(whole, once, fields)
        const threads = await resultsOf(folder, [fileOf(twice, form)], { ...options, workers: 3 })
        expectSame(threads, whole)
        expectSame(await resultsOf(folder, cut(twice, form, random.between(2, 20), random), options), whole)
      }),
    SECONDS * 1000 + TIMEOUT_MS,
  )

  it(
    'when a second capture of most packets is merged with the first, but for the number of copies',
    () =>
      hold(
        plain.map((recipe) => ({ ...recipe, troubles: { ...recipe.troubles, swap: 0 } })),
        6,
        async ({ recipe, form, options: given }) => {
          const options = { ...given, writeMetadata: false }
          const random = new Random(recipe.seed)
          const records = recordsOf(recipe)
          const second = copiesOf(records, random)
            .map(({ copy }) => copy)
            .sort((a, b) => a.ns - b.ns)
          const once = await resultsOf(folder, [fileOf(records, form)], options)
          const both = [fileOf(records, form, 'a'), fileOf(second, form, 'b')]
          const merged = await resultsOf(folder, both, { ...options, merge: true })
          expectSame(merged, once, ['orig_dup_pkts', 'resp_dup_pkts'])
        },
      ),
    SECONDS * 1000 + TIMEOUT_MS,
  )

  it.each(['vlan', 'gre', 'vxlan'] as Encapsulation[])(
    'inside of %s, but for outer headers and IP bytes',
    (kind) =>
      hold(plain, 4, async ({ recipe, form, options }) => {
        const records = recordsOf(recipe)
        const fields = ['tunnel', 'vlan', 'orig_ip_bytes', 'resp_ip_bytes']
        const bare = await resultsOf(folder, [fileOf(records, form)], options)
        const wrapped = await resultsOf(folder, [fileOf(encapsulated(records, kind), form)], options)
        expectSame(wrapped, bare, fields)
      }),
    SECONDS * 1000 + TIMEOUT_MS,
  )

  it(
    'in smaller segments: the same payload',
    () =>
      hold(plain, 8, async ({ recipe, form, options }) => {
        const records = recordsOf(recipe)
        const payloadOnly = { ...options, json: false, writeMetadata: false }
        const most = new Random(recipe.seed).between(1, 400)
        const whole = await resultsOf(folder, [fileOf(records, form)], payloadOnly)
        const parts = await resultsOf(folder, [fileOf(resegmented(records, most), form)], payloadOnly)
        expect(parts.files).toEqual(whole.files)
        expect(parts.records.map(({ uid }) => uid)).toEqual(whole.records.map(({ uid }) => uid))
      }),
    SECONDS * 1000 + TIMEOUT_MS,
  )
})
