import { expect, it } from 'vitest'
import { exitCodeOf } from '../../src/cli/exit-codes.js'
import type { Summary } from '../../src/summary.js'
import { sampleSummary } from './sample-summary.js'

const [input] = sampleSummary().inputs
if (input === undefined) throw new Error('bug: the sample has no input')

// [name, what differs from a sound run, exit code]
const cases: [string, Partial<Summary>, number][] = [
  ['is 0 after a sound run', {}, 0],
  ['is 0 when a limit was hit and no error says otherwise', { limits: { held_bytes: 1 } }, 0],
  ['is 1 when an input failed', { inputs: [input, { ...input, status: 'failed' }] }, 1],
  ['is 1 when an input was read in part', { inputs: [{ ...input, status: 'partial' }] }, 1],
  ['is 1 when something could not be written', { errors: ['Cannot write "x"'] }, 1],
  ['is 1 when packets do not balance', { packets: { ...sampleSummary().packets, read: 0 } }, 1],
  ['is 0 when some link types are unknown', { unknown_link_types: { 'USER0 (147)': 1 } }, 0],
  [
    'is 1 when all link types are unknown',
    { unknown_link_types: { 'USER0 (147)': 1 }, connections: { total: 0 } },
    1,
  ],
]
it.each(cases)('exitCodeOf() %s', (_name, changes, exitCode) => {
  expect(exitCodeOf(sampleSummary(changes))).toBe(exitCode)
})
