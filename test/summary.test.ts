import { expect, it } from 'vitest'
import { SkippedPaths } from '../src/input/skipped-paths.js'
import { isBalanced, isPayloadBalanced, type Summary, summaryJson } from '../src/summary.js'
import { sampleSummary } from './cli/sample-summary.js'

it('summaryJson() writes every field in the documented order, whatever the order in memory', () => {
  const skipped = new SkippedPaths()
  skipped.add('same_file', 'b', 'a')
  const summary = sampleSummary({
    inputs: [
      {
        path: 'a',
        bytes: 1,
        packets: 2,
        status: 'partial',
        problems: [
          { offset: 3, length: 4, message: 'm' },
          { message: 'n', kind: 'run', length: 0, offset: 5 },
        ],
        dropped: 0,
      },
    ],
    limits: { held_bytes: 3 },
    skipped: skipped.summary,
    errors: ['x'],
    failures: [{ message: 'x', kind: 'run' }],
  })
  const shuffled = Object.fromEntries(Object.entries(summary).reverse()) as unknown as Summary
  const compact = JSON.stringify(JSON.parse(summaryJson(shuffled)))
  expect(compact).toBe(
    '{"version":"1.0.0","seconds":2.5,"workers":2,' +
      '"inputs":[{"path":"a","bytes":1,"packets":2,"status":"partial","problems":[{"offset":3,"length":4,"message":"m"},{"offset":5,"length":0,"message":"n","kind":"run"}],"dropped":0}],' +
      '"skipped":{"hidden":0,"not_capture":0,"folder_link":0,"own_results":0,"same_file":1,"first":[{"path":"b","reason":"same_file","same_as":"a"}]},' +
      '"packets":{"read":1250,"filtered":0,"not_ip":30,"malformed":4,"fragments":16,"duplicates":0,"other_shard":0,"delivered":1200},' +
      '"connections":{"total":12,"tcp":2,"udp":10},' +
      '"bytes":{"captured":4800,"payload":2048,"missing":10,"retransmitted":20,"written":2058,' +
      '"payload_captured":2068,"delivered":2048,"repeated":19,"conflicting":1,"outside":0,"outside_by_kind":' +
      '{"before_start":0,"after_fin":0,"late":0,"unconfirmed":0,"reset_text":0,"keep_alive":0}},' +
      '"overlap_conflicts":1,"gaps":1,"files":24,"damage":{"holes":0,"lost_bytes":0},"limits":{"held_bytes":3},"details":{},"unknown_link_types":{},"warnings":[],"errors":["x"],"failures":[{"kind":"run","message":"x"}]}',
  )
})

it('summaryJson() ends in one line feed', () => {
  expect(summaryJson(sampleSummary())).toMatch(/[^\n]\n$/)
})

it('isBalanced() wants every packet to have exactly one fate', () => {
  const { packets } = sampleSummary()
  expect(isBalanced(packets)).toBe(true)
  expect(isBalanced({ ...packets, filtered: 1 })).toBe(false)
})

it('isPayloadBalanced() wants every captured byte to be accounted for, in each direction too', () => {
  const { bytes } = sampleSummary()
  expect(isPayloadBalanced({ bytes, details: {} })).toBe(true)
  expect(isPayloadBalanced({ bytes: { ...bytes, outside: 1 }, details: {} })).toBe(false)
  expect(isPayloadBalanced({ bytes, details: { unbalanced_streams: 2 } })).toBe(false)
})
