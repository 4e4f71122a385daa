import { expect, it } from 'vitest'
import { captureHealth } from '../../src/report/capture-health.js'
import { inputSummary, runSummary } from './summaries.js'

const LONG = 'x'.repeat(100_000)

it('has the figures of the run, and of inputs only those that were not read whole', () => {
  const problems = [{ offset: 24, length: 0, message: 'record is cut' }]
  const inputs = [
    inputSummary({ dropped: 2 }),
    inputSummary({ path: 'b.pcap', status: 'partial', problems, dropped: 3 }),
  ]
  expect(captureHealth(runSummary({ inputs, errors: ['disk full'], limits: { connections: 4 } }))).toEqual({
    version: '1.0.0',
    seconds: 1.5,
    workers: 2,
    packets: {
      read: 6,
      filtered: 1,
      not_ip: 1,
      malformed: 1,
      fragments: 1,
      duplicates: 0,
      other_shard: 0,
      delivered: 2,
    },
    capturedBytes: 600,
    payload: {
      ...{ captured: 60, delivered: 60, repeated: 0, conflicting: 0, outside: 0 },
      outsideByKind: {
        ...{ before_start: 0, after_fin: 0, late: 0 },
        ...{ unconfirmed: 0, reset_text: 0, keep_alive: 0 },
      },
    },
    droppedPackets: 5,
    holes: 0,
    lostBytes: 0,
    details: {},
    unknownLinkTypes: {},
    limits: { connections: 4 },
    inputs: 2,
    badInputs: {
      count: 1,
      shown: [
        {
          path: 'b.pcap',
          status: 'partial',
          problems: { count: 1, shown: [{ offset: 24, message: 'record is cut' }] },
        },
      ],
    },
    errors: { count: 1, shown: ['disk full'] },
  })
})

it('does not grow with the summary of a run that was read whole', () => {
  const inputs = Array.from({ length: 20_000 }, (_, i) => inputSummary({ path: `${i}.pcap` }))
  const health = captureHealth(runSummary({ inputs }))
  expect(health.inputs).toBe(20_000)
  expect(JSON.stringify(health).length).toBeLessThan(1000)
})

it('has 200 bad inputs and errors, 20 problems of each, and 64 names, and counts the others', () => {
  const problems = Array.from({ length: 30 }, (_, offset) => ({ offset, length: 0, message: LONG }))
  const names = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`name ${i}`, 2]))
  const health = captureHealth(
    runSummary({
      inputs: Array.from({ length: 300 }, () => inputSummary({ path: LONG, status: 'failed', problems })),
      errors: Array.from({ length: 300 }, () => LONG),
      details: names,
      limits: names,
      unknown_link_types: names,
    }),
  )
  expect([health.badInputs.count, health.badInputs.shown.length]).toEqual([300, 200])
  expect(health.badInputs.shown[0]?.problems).toMatchObject({ count: 30 })
  expect(health.badInputs.shown[0]?.problems.shown).toHaveLength(20)
  expect([health.errors.count, health.errors.shown.length]).toEqual([300, 200])
  for (const counts of [health.details, health.limits, health.unknownLinkTypes]) {
    expect(Object.keys(counts)).toHaveLength(65)
    expect(counts.other).toBe(72)
  }
  expect(JSON.stringify(health).length).toBeLessThan(2_000_000)
})
