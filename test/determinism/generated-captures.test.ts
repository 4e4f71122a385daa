import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arbitraryCapture, type CaptureRecipe, generateCapture } from './arbitrary-capture.js'
import { arbitraryOptions, arbitrarySetting } from './arbitrary-options.js'
import { type ConvertOptions, outcomeDifferences, outcomeOf, type Setting } from './outcome.mjs'

/** Seconds for which new captures are made; without it a few, always the same. */
const SECONDS = Number(process.env.PCAP2CONN_DETERMINISM_SECONDS ?? 0)
const TIMEOUT_MS = 300_000
const SEED = 20_240_305
/** What the others are compared with: no thread, all the memory, all the files. */
const REFERENCE: Setting = { workers: undefined, memory: '512M', maxFileDesc: 500 }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcap2conn-generated-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }), TIMEOUT_MS)

const done = { captures: 0, runs: 0, packets: 0, files: 0, gaps: 0, conflicts: 0, incomplete: 0, damaged: 0 }

async function expectSame(
  recipe: CaptureRecipe,
  options: ConvertOptions,
  settings: Setting[],
): Promise<void> {
  const inputs = mkdtempSync(join(folder, 'inputs-'))
  const inputFile = generateCapture(recipe).map(({ name, bytes }) => {
    const path = join(inputs, name)
    writeFileSync(path, bytes)
    return path
  })
  const run = (setting: Setting) => outcomeOf(folder, { ...options, inputFile }, setting)
  const expected = await run(REFERENCE)
  expect(expected.summary.limits).not.toHaveProperty('held_memory')
  for (const setting of settings)
    expect(outcomeDifferences(expected, await run(setting)), JSON.stringify(setting)).toEqual([])
  rmSync(inputs, { recursive: true })
  const { summary, tree } = expected
  done.captures += 1
  done.runs += 1 + settings.length
  done.packets += summary.packets.read
  done.files += tree.size
  done.gaps += summary.gaps
  done.conflicts += summary.overlap_conflicts
  done.incomplete += summary.details.incomplete_datagrams ?? 0
  done.damaged += summary.damage.holes
}

/** Holds the property for a few captures that are always the same, or for new ones as long as is asked for. */
async function hold(
  captures: fc.Arbitrary<CaptureRecipe>,
  settings: fc.Arbitrary<Setting[]>,
  { numRuns, share }: { readonly numRuns: number; readonly share: number },
): Promise<void> {
  const property = fc.asyncProperty(captures, arbitraryOptions, settings, expectSame)
  if (SECONDS === 0) return fc.assert(property, { seed: SEED, numRuns })
  const endMs = performance.now() + SECONDS * 1000 * share
  while (performance.now() < endMs) await fc.assert(property, { numRuns: 1 })
}

describe('a generated capture gives the same bytes with any setting', () => {
  const settings = fc.array(arbitrarySetting, { minLength: 1, maxLength: 3 })

  it(
    'with all kinds of trouble, and however it is written',
    async () => {
      await hold(arbitraryCapture, settings, { numRuns: 24, share: 0.8 })
    },
    SECONDS * 1000 + TIMEOUT_MS,
  )

  // Memory is released at sweeps, of which there is one every 65,536 packets.
  const long = arbitraryCapture.map((recipe) => ({
    ...recipe,
    connections: 400,
    concurrency: 10 * recipe.concurrency,
    messageBytes: 8_000,
    segments: 240,
    strays: recipe.strays / 20,
    troubles: {
      ...recipe.troubles, // those that make connections are rarer here, so that files do not take all the time
      malformed: recipe.troubles.malformed / 10,
      foreign: recipe.troubles.foreign / 10,
      timeBack: recipe.troubles.timeBack / 1_000,
      timeLeap: recipe.troubles.timeLeap / 1_000,
    },
  }))
  const oneSetting = fc.array(arbitrarySetting, { minLength: 1, maxLength: 1 })
  it(
    'with a sweep or more',
    async () => {
      await hold(long, oneSetting, { numRuns: 1, share: 0.2 })
    },
    SECONDS * 1000 + TIMEOUT_MS,
  )

  it('as the counts of this run say', () => {
    if (SECONDS > 0) console.log(JSON.stringify(done))
    for (const count of Object.values(done)) expect(count).toBeGreaterThan(2)
    expect(done.packets).toBeGreaterThan(80_000)
  })
})
