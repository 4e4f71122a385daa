import { expect, it } from 'vitest'
import { IndexTotals } from '../../src/report/index-totals.js'
import { REPORT_LIMITS } from '../../src/report/report-limits.js'
import { connectionRecord } from './records.js'

function totalsOf(records: readonly Parameters<typeof connectionRecord>[0][], limits = {}) {
  const totals = new IndexTotals({ ...REPORT_LIMITS, ...limits })
  for (const record of records) totals.add(connectionRecord(record))
  return totals.result()
}

it('sums up connections', () => {
  const { totals, areRowsAll, rows } = totalsOf([
    { ts: 10, duration: 5, missedBytes: 7, conflicts: 2, retransBytes: 3, outsideBytes: 4, copies: 9 },
    { ts: 12, duration: 1, origBytes: 0, respBytes: 0 },
  ])
  expect(totals).toEqual({
    connections: 2,
    packets: 14,
    bytes: 300,
    missedBytes: 7,
    capturedBytes: 600,
    retransBytes: 3,
    conflicts: 2,
    outsideBytes: 4,
    copies: 9,
    withGaps: 1,
    withConflicts: 1,
    withoutPayload: 1,
    firstTime: 10,
    lastTime: 15,
  })
  expect([areRowsAll, rows.length]).toEqual([true, 2])
})

it('says nothing of the time of no connections', () => {
  const { totals, timeline, rows } = totalsOf([])
  expect([totals.firstTime, totals.lastTime, timeline.series, rows]).toEqual([null, null, [], []])
})

it('gives the timeline by protocol, the small ones together', () => {
  const { timeline, protocols } = totalsOf(
    ['tcp', 'udp', 'icmp', 'gre'].map((proto, i) => ({
      proto,
      ts: 100,
      duration: 0,
      origBytes: 1000 >> i,
      respBytes: 0,
    })),
    { series: 2 },
  )
  expect(protocols.map(({ name, bytes }) => [name, bytes])).toEqual([
    ['tcp', 1000],
    ['udp', 500],
    ['icmp', 250],
    ['gre', 125],
  ])
  expect(timeline.series).toEqual([
    { protocol: 'tcp', bytes: [1000], connections: [1], missedBytes: [0] },
    { protocol: 'udp', bytes: [500], connections: [1], missedBytes: [0] },
    { protocol: 'other', bytes: [375], connections: [2], missedBytes: [0] },
  ])
})

it('counts names beyond the limit as other', () => {
  const { states } = totalsOf(
    ['SF', 'S0', 'REJ', 'RSTO', 'SF'].map((state) => ({ state })),
    { names: 2 },
  )
  expect(states).toEqual([
    { name: 'SF', count: 2 },
    { name: 'other', count: 2 },
    { name: 'S0', count: 1 },
  ])
})

it('has the largest, the most damaged and the longest in the table, in the order of the index', () => {
  const { rows, areRowsAll } = totalsOf(
    [
      { uid: 'dull' },
      { uid: 'long', duration: 1000 },
      { uid: 'damaged', missedBytes: 1 },
      { uid: 'large', respBytes: 1e9 },
      { uid: 'dull too' },
    ],
    { largest: 1, damaged: 1, longest: 1 },
  )
  expect([rows.map(({ uid }) => uid), areRowsAll]).toEqual([['long', 'damaged', 'large'], false])
})

it('shortens what is too long to be a name, and links no such path', () => {
  const { rows, endpoints } = totalsOf([
    {
      origHost: 'h'.repeat(1e6),
      uid: 'u'.repeat(1e6),
      origFile: 'f'.repeat(1e6),
      respFile: null,
      tunnel: ['t'.repeat(1e6)],
    },
  ])
  expect(JSON.stringify({ rows, endpoints }).length).toBeLessThan(2000)
  expect(rows[0]).toMatchObject({ origFile: null, uid: `${'u'.repeat(119)}…` })
})

it('ranks the names of servers, of connections that have one', () => {
  const { names, rows } = totalsOf([
    connectionRecord({ serverName: 'a.example', service: 'tls', origBytes: 1, respBytes: 2 }),
    connectionRecord({ serverName: 'b.example', service: 'http', origBytes: 10, respBytes: 20 }),
    connectionRecord({ serverName: 'a.example', service: 'tls', origBytes: 3, respBytes: 4 }),
    connectionRecord({ serverName: '' }),
  ])
  expect(names.list.map(({ key, connections }) => [key, connections])).toEqual([
    ['b.example', 1],
    ['a.example', 2],
  ])
  expect(rows.map(({ service }) => service)).toContain('tls')
})
