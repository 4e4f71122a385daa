import { expect, it } from 'vitest'
import { problemLines, reportLines } from '../../src/cli/run-lines.js'
import type { InputSummary, Summary } from '../../src/summary.js'
import { sampleSummary } from './sample-summary.js'

const PARTIAL: InputSummary = {
  path: 'b\x1b.pcap',
  bytes: 10,
  packets: 1,
  status: 'partial',
  problems: [{ offset: 4096, length: 0, message: 'the file ends inside a packet' }],
  dropped: 7,
}

it('reportLines() says what came in, what became of it, and how fast', () => {
  expect(reportLines(sampleSummary())).toEqual([
    'inputs       1 file read',
    'packets      1,250 = 0 filtered out + 30 not IP + 4 malformed + 16 fragments + 0 duplicates + 1,200 delivered',
    'connections  12 = 10 udp + 2 tcp',
    'bytes        4.69 KiB captured, 2.00 KiB payload, 2.01 KiB written to 24 files',
    'gaps         1 (10 B missing); 20 B retransmitted, 1 conflict',
    'time         2.50 s, 500 packets/s, 2 workers',
  ])
})

it('reportLines() names inputs read in part, damage and limits hit', () => {
  const lines = reportLines(
    sampleSummary({
      inputs: [...sampleSummary().inputs, PARTIAL, { ...PARTIAL, status: 'failed', dropped: 0 }],
      damage: { holes: 2, lost_bytes: 3_000 },
      limits: { held_bytes: 3, encaps: 1_000 },
      connections: { total: 0 },
    }),
  )
  expect(lines).toContain(
    'inputs       2 files read, 1 of them only in part, 1 failed, 7 packets dropped while capturing',
  )
  expect(lines).toContain('damage       2 holes, 2.93 KiB skipped')
  expect(lines).toContain('limits hit   held_bytes 3, encaps 1,000')
  expect(lines).toContain('connections  0')
})

it.each<[string, Partial<Summary>, number]>([
  ['a misspelt file', { inputs: [], errors: ['Cannot read "x"'] }, 0],
  ['no capture', { inputs: [{ ...PARTIAL, packets: 0, status: 'failed' }] }, 0],
  ['a misspelt file and another', { errors: ['Cannot read "x"'] }, 6],
  ['no input before an interruption', { inputs: [] }, 6],
  ['inputs converted before', { inputs: [{ ...PARTIAL, packets: 0, status: 'skipped' }] }, 6],
])('reportLines() of %s: zeros stand before no error', (_name, changes, lines) => {
  const none = {
    read: 0,
    filtered: 0,
    not_ip: 0,
    malformed: 0,
    fragments: 0,
    duplicates: 0,
    other_shard: 0,
    delivered: 0,
  }
  const packets = changes.inputs === undefined ? sampleSummary().packets : none
  expect(reportLines(sampleSummary({ ...changes, packets }))).toHaveLength(lines)
})

it('problemLines() is empty after a run without problems', () => {
  expect(problemLines(sampleSummary())).toEqual([])
})

it('problemLines() names file and offset, and escapes the name', () => {
  expect(problemLines(sampleSummary({ inputs: [PARTIAL] }))).toEqual([
    'problem      "b\\x1b.pcap" at byte 4096: the file ends inside a packet',
  ])
})

it('problemLines() names each link type that was not decoded, with its packets', () => {
  const unknown_link_types = { 'USER0 (147)': 1_200, 'UNKNOWN (999)': 1 }
  expect(problemLines(sampleSummary({ unknown_link_types }))).toEqual([
    'problem      Cannot decode link type USER0 (147): 1,200 packets taken as not IP',
    'problem      Cannot decode link type UNKNOWN (999): 1 packet taken as not IP',
  ])
})

it('problemLines() does not repeat a path that the message names already', () => {
  const problems = [{ offset: 9, length: 0, message: 'Cannot read "a.pcap" at byte 9: bad' }]
  const lines = problemLines(sampleSummary({ inputs: [{ ...PARTIAL, path: 'a.pcap', problems }] }))
  expect(lines).toEqual(['problem      Cannot read "a.pcap" at byte 9: bad'])
})

it('problemLines() names an input that failed without a problem of its own', () => {
  const lines = problemLines(
    sampleSummary({ inputs: [{ ...PARTIAL, path: 'c', status: 'failed', problems: [] }] }),
  )
  expect(lines).toEqual(['problem      "c": failed'])
})

it('problemLines() shows 20 problems and counts the rest, but every error', () => {
  const problems = Array.from({ length: 1_500 }, (_, i) => ({ offset: i, length: 1, message: 'bad' }))
  const errors = Array.from({ length: 30 }, (_, i) => `Cannot write "${i}"`)
  const lines = problemLines(sampleSummary({ inputs: [{ ...PARTIAL, problems }], errors }))
  expect(lines).toHaveLength(20 + 1 + 30)
  expect(lines[20]).toBe('problem      and 1,480 more (--summary FILE lists all)')
  expect(lines.at(-1)).toBe('error        Cannot write "29"')
})

it('problemLines() says so when packets do not balance', () => {
  const packets = { ...sampleSummary().packets, delivered: 1_199 }
  expect(problemLines(sampleSummary({ packets }))).toEqual([
    'error        Packets do not balance: some have no fate or two',
  ])
})
