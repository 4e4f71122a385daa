import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/config/config.js'
import { ConnectionFlag, ConnectionTable, HISTORY_BYTES } from '../../../src/flow/connection-table.js'
import { ConnectionRecords } from '../../../src/output/index/connection-records.js'
import { RecordLine } from '../../../src/output/index/record-line.js'
import { blankOutputTotals } from '../../../src/output/output-totals.js'
import { HalfSeen } from '../../../src/stream/half-streams.js'
import { addConnection } from '../support.js'

const encaps = {
  describe: (id: number) =>
    id === 7 ? { vlan: [10, 20], tunnel: ['mpls:16'] } : { vlan: id === 8 ? [20, 30] : [], tunnel: [] },
}

function setUp(origFile: string | null = null, maxGaps = 100, isContentRead = false) {
  const table = new ConnectionTable()
  const totals = blankOutputTotals()
  const lines: string[] = []
  const line = new RecordLine(true)
  const fileOf = (_connection: number, side: number) => (side === 0 ? origFile : null)
  const uids = { uid: () => 'Cabcdefghijklmnopq' }
  const names = { ordinal: () => 3 }
  const records = new ConnectionRecords(
    { table, encaps, fileOf, totals, uids, names },
    { limits: { ...DEFAULT_LIMITS, indexGaps: maxGaps }, service: isContentRead, hash: isContentRead },
    (_sec, _nsec, uid, row) => lines.push(line.of(uid, row)),
  )
  const lineOf = (connection: number) => {
    records.finished(connection)
    return lines.pop()!
  }
  return { table, totals, records, lineOf }
}

describe('ConnectionRecords', () => {
  it('has every field, times as exact decimals', () => {
    const { table, records, lineOf } = setUp('a.txt')
    addConnection(table)
    const c = addConnection(table)
    const history = new TextEncoder().encode('ShADadFf')
    table.history.set(history, c * HISTORY_BYTES)
    table.historyLength[c] = history.length
    table.lastSec[c] = 1563783100
    table.lastNsec[c] = 1_000
    table.packets.set([5, 4], 2 * c)
    table.ipBytes.set([500, 400], 2 * c)
    table.payloadBytes.set([30, 2 ** 50], 2 * c)
    table.missedBytes.set([7, 3], 2 * c)
    table.repeatedBytes.set([1, 2], 2 * c)
    table.conflictBytes.set([2, 4], 2 * c)
    table.capturedBytes.set([40, 50], 2 * c)
    table.outsideBytes.set([7, 8], 2 * c)
    table.gaps.set([1, 0], 2 * c)
    table.icmpErrors[c] = 8
    table.encapId.set([7, 8], 2 * c)
    table.closeReason[c] = 1
    table.halfSeen.set([HalfSeen.SYN | HalfSeen.FIN, HalfSeen.SYN_ACK | HalfSeen.FIN], 2 * c)
    records.gap(2 * c, 11, 7)
    const line = lineOf(c)
    expect(line).toBe(
      '{"ts":1563783092.387930,"duration":7.612071,"uid":"Cabcdefghijklmnopq",' +
        '"id.orig_h":"10.0.0.1","id.orig_p":1000,"id.resp_h":"10.0.0.2","id.resp_p":80,"proto":"tcp",' +
        '"orig_pkts":5,"resp_pkts":4,"orig_ip_bytes":500,"resp_ip_bytes":400,' +
        '"orig_bytes":30,"resp_bytes":1125899906842624,' +
        '"orig_missed_bytes":7,"resp_missed_bytes":3,"missed_bytes":10,' +
        '"orig_retrans_bytes":3,"resp_retrans_bytes":6,"overlap_conflicts":6,' +
        '"orig_captured_bytes":40,"resp_captured_bytes":50,"orig_conflict_bytes":2,"resp_conflict_bytes":4,' +
        '"orig_dup_pkts":0,"resp_dup_pkts":0,"orig_outside_bytes":7,"resp_outside_bytes":8,' +
        '"conn_state":"SF","history":"ShADadFf","name":"20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80~3",' +
        '"orig_file":"a.txt","resp_file":null,' +
        '"orig_gaps":[{"offset":11,"length":7}],"resp_gaps":[],"gaps_truncated":false,' +
        `"community_id":"${JSON.parse(line).community_id}","tunnel":["mpls:16"],"vlan":[10,20,30],` +
        '"close_reason":"fin","icmp_errors":8}\n',
    )
  })

  it('tells what is spoken, and hashes both sides, where that is asked for', () => {
    const { table, records, lineOf } = setUp(null, 100, true)
    const c = addConnection(table)
    const request = Buffer.from('GET / HTTP/1.1\r\nHost: Example.com\r\n\r\n')
    records.data!(2 * c, request, 0, 10, 1, 0)
    records.data!(2 * c, request, 10, request.length, 1, 0)
    expect(lineOf(c)).toContain(
      `"icmp_errors":0,"service":"http","server_name":"example.com","orig_sha256":"${hash('sha256', request)}"}`,
    )
    expect(lineOf(c)).toContain('"icmp_errors":0,"service":"-"}')
  })

  it('does not look at payload where nobody asks', () => {
    expect(setUp().records.data).toBeNull()
  })

  it('writes IPv6 addresses with colons, nanoseconds where the capture has them, and the capture', () => {
    const { table, records, lineOf } = setUp()
    const c = addConnection(table, {
      protocol: 58,
      orig: '2001:db8:0:0:0:0:0:1',
      resp: '0:0:0:0:0:0:0:1',
      isNanosecond: true,
      nsec: 5,
    })
    expect(table.flags[c]).toBe(ConnectionFlag.IPV6 | ConnectionFlag.NANOSECOND)
    records.startCapture({ name: 'a "quoted" näme.pcap' })
    const line = lineOf(c)
    expect(line).toContain('{"ts":1563783092.000000005,"duration":0.000000000,')
    expect(JSON.parse(line)).toMatchObject({
      'id.orig_h': '2001:db8::1',
      'id.resp_h': '::1',
      proto: 'ipv6-icmp',
      conn_state: 'OTH',
      history: '',
      tunnel: [],
      vlan: [],
      capture: 'a "quoted" näme.pcap',
    })
  })

  it.each([
    [-5, 300_000_000, '-4.700000'],
    [-5, 0, '-5.000000'],
    [0, 999_999_999, '0.999999'],
    [2 ** 53 - 1, 1000, '9007199254740991.000001'],
  ])('writes the time %d s and %d ns as %s', (sec, nsec, text) => {
    const { table, lineOf } = setUp()
    expect(lineOf(addConnection(table, { sec, nsec }))).toContain(`{"ts":${text},"duration":0.000000,`)
  })

  it('says when it lists fewer gaps than there were, and forgets them with the connection', () => {
    const { table, totals, records, lineOf } = setUp(null, 2)
    const c = addConnection(table)
    const add = (offsets: readonly number[]) => {
      for (const offset of offsets) records.gap(2 * c + 1, offset, 1)
      table.gaps[2 * c + 1] = offsets.length
      return JSON.parse(lineOf(c))
    }
    expect(add([10, 20])).toMatchObject({ gaps_truncated: false })
    expect(totals.limits.index_gaps).toBe(0)
    expect(add([10, 20, 30])).toMatchObject({
      gaps_truncated: true,
      resp_gaps: [
        { offset: 10, length: 1 },
        { offset: 20, length: 1 },
      ],
    })
    expect(totals.limits.index_gaps).toBe(1)
    expect(add([])).toMatchObject({ gaps_truncated: false, resp_gaps: [] })
  })
})
