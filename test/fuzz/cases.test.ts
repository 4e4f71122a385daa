import { describe, expect, it } from 'vitest'
import type { Random } from '../../fixtures/generator/random.mjs'
import { caseOf, GuidedCases } from './lib/case-source.mjs'
import { CurrentCase } from './lib/current-case.mjs'
import { minimised } from './lib/minimise.mjs'
import { mutateBytes } from './lib/mutate-bytes.mjs'

const SEED = Uint8Array.from({ length: 100 }, (_, i) => i)
const TARGET = {
  name: 'bytes',
  make: (random: Random) => mutateBytes(random, SEED, SEED),
  run: () => {},
}

describe('caseOf()', () => {
  it('gives the same case for the same seed and number, and others for others', () => {
    const cases = [caseOf(TARGET, 1, 0), caseOf(TARGET, 1, 1), caseOf(TARGET, 2, 0)]
    expect(caseOf(TARGET, 1, 1)).toEqual(cases[1])
    expect(new Set(cases.map(({ salt }) => salt)).size).toBe(3)
    expect(new Set(cases.map(({ input }) => input.join())).size).toBe(3)
  })

  it('leaves the input alone of which cases are made', () => {
    for (let number = 0; number < 500; number++) caseOf(TARGET, 3, number)
    expect(SEED).toEqual(Uint8Array.from({ length: 100 }, (_, i) => i))
  })
})

describe('GuidedCases', () => {
  it('makes about half of the cases of what was kept', () => {
    const guided = new GuidedCases()
    guided.keep(TARGET, new Uint8Array(2000).fill(0xcc))
    const cases = Array.from({ length: 200 }, (_, number) => guided.next(TARGET, 1, number).input)
    const ofKept = cases.filter((input) => input.filter((byte) => byte === 0xcc).length > 20)
    expect(ofKept.length).toBeGreaterThan(50)
    expect(ofKept.length).toBeLessThan(150)
  })
})

describe('minimised()', () => {
  it('keeps what the failure needs', async () => {
    const failureOf = async (input: Uint8Array) =>
      input.includes(7) && input.includes(70) ? `Error: ${input.length} bytes are wrong` : null
    const small = await minimised(SEED, 1, 'Error: 100 bytes are wrong', failureOf)
    expect([...small]).toEqual([7, 70])
  })

  it('does not take another failure for the same', async () => {
    const failureOf = async (input: Uint8Array) =>
      input.length > 50 ? 'Error: too long' : 'Error: something else'
    const small = await minimised(SEED, 10, 'Error: too long', failureOf)
    expect(small.length).toBe(60)
  })

  it('leaves whole units out', async () => {
    const failureOf = async (input: Uint8Array) =>
      input.length % 10 === 0 && input.includes(33) ? 'Error: x' : null
    const small = await minimised(SEED, 10, 'Error: x', failureOf)
    expect(small.length).toBe(10)
    expect(small[3]).toBe(33)
  })
})

describe('CurrentCase', () => {
  it('shows another thread which case is run', () => {
    const job = new CurrentCase()
    const watcher = new CurrentCase(job.shared)
    job.begin(3, 4, 0xffff_fff0, SEED)
    expect(watcher.count).toBe(1)
    expect(watcher.failed).toEqual({ target: 3, number: 4, salt: 0xffff_fff0, input: SEED })
  })
})
