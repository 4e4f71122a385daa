import { expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/config/config.js'
import { SkippedPaths } from '../../src/input/skipped-paths.js'
import { type Counts, countsOf } from '../../src/pipeline/counts.js'
import type { WorkerResult } from '../../src/pipeline/line/worker-task.js'
import { NO_COUNTS, summarize } from '../../src/pipeline/run-summary.js'
import { EncapTable, EncapWriter } from '../../src/wire/encap-table.js'
import { PacketDecoder } from '../../src/wire/packet-decoder.js'

const NOTHING: WorkerResult = {
  opened: new Float64Array(256),
  copies: 0,
  captured: 0,
  payload: 0,
  missing: 0,
  repeated: 0,
  conflicts: 0,
  outside: { before_start: 0, after_fin: 0, late: 0, unconfirmed: 0, reset_text: 0, keep_alive: 0 },
  gaps: 0,
  files: 0,
  written: 0,
  limits: {},
  details: {},
  outputs: [],
  failures: 0,
  failureTexts: [],
  warnings: [],
  error: null,
}

const summaryOf = (...results: Partial<WorkerResult>[]) => summaryWith(NO_COUNTS, ...results)

function summaryWith(earlier: Counts, ...results: Partial<WorkerResult>[]) {
  return summarize({
    seconds: 1,
    workers: results.length,
    skipped: new SkippedPaths().summary,
    inputs: [],
    packets: {
      read: 0,
      filtered: 0,
      not_ip: 0,
      malformed: 0,
      fragments: 0,
      duplicates: 0,
      other_shard: 0,
      delivered: 0,
    },
    capturedBytes: 0,
    decoder: new PacketDecoder({
      decap: true,
      limits: DEFAULT_LIMITS,
      encaps: new EncapWriter(EncapTable.allocate(1)),
      space: { reserve: () => 0 },
      linkType: null,
    }),
    damage: { holes: 0, lost_bytes: 0 },
    limits: {},
    results: results.map((result) => ({ ...NOTHING, ...result })),
    consoleBytes: 0,
    earlier,
    warnings: [],
    failures: [],
  })
}

it('adds up what the workers have counted, and leaves out what none has', () => {
  const { limits, details, gaps } = summaryOf(
    { gaps: 2, limits: { held_bytes: 1, index_gaps: 0 }, details: { cut_bytes: 5, icmp_errors: 0 } },
    { gaps: 3, limits: { held_bytes: 0, index_gaps: 0 }, details: { cut_bytes: 6, icmp_errors: 7 } },
  )
  expect({ limits, details, gaps }).toEqual({
    limits: { held_bytes: 1 },
    details: { cut_bytes: 11, icmp_errors: 7 },
    gaps: 5,
  })
})

it('has its counts in the same order whichever worker has counted them', () => {
  const early = { limits: { a: 1, b: 0 }, details: { c: 1, d: 0 } }
  const late = { limits: { a: 0, b: 1 }, details: { c: 0, d: 1 } }
  for (const { limits, details } of [summaryOf(early, late), summaryOf(late, early)]) {
    expect(Object.keys(limits)).toEqual(['a', 'b'])
    expect(Object.keys(details)).toEqual(['c', 'd'])
  }
})

it('accounts for every captured payload byte', () => {
  const outside = { ...NOTHING.outside, late: 3, reset_text: 4 }
  const { bytes } = summaryOf(
    { captured: 20, payload: 10, repeated: 2, conflicts: 1, outside },
    { captured: 5, payload: 5 },
  )
  expect(bytes).toMatchObject({
    payload: 15,
    retransmitted: 3,
    payload_captured: 25,
    delivered: 15,
    repeated: 2,
    conflicting: 1,
    outside: 7,
    outside_by_kind: outside,
  })
})

it('adds what earlier runs have counted, in the same order', () => {
  const part = { gaps: 1, limits: { a: 1, b: 0 }, details: { c: 0, d: 1 } }
  const other = { gaps: 2, limits: { a: 0, b: 2 }, details: { c: 2, d: 0 } }
  const earlier = countsOf(summaryOf(other))
  const both = summaryWith(earlier, part)
  expect({ ...both, seconds: 0, workers: 0 }).toEqual({ ...summaryOf(part, other), seconds: 0, workers: 0 })
  expect(Object.keys(both.limits)).toEqual(['a', 'b'])
  expect(Object.keys(both.details)).toEqual(['c', 'd'])
})
