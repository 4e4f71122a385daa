import { describe, expect, it } from 'vitest'
import { ConnectionFlag, ConnectionTable, HISTORY_BYTES } from '../../../src/flow/connection-table.js'
import { GapLists } from '../../../src/output/index/gap-lists.js'
import { IndexRecords } from '../../../src/output/index/record-text.js'
import { HalfSeen } from '../../../src/stream/half-streams.js'
import { addConnection } from '../support.js'

const encaps = {
  describe: (id: number) =>
    id === 7 ? { vlan: [10, 20], tunnel: ['mpls:16'] } : { vlan: id === 8 ? [20, 30] : [], tunnel: [] },
}

describe('IndexRecords', () => {
  it('writes every field, times as exact decimals', () => {
    const table = new ConnectionTable()
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
    const gaps = new GapLists(100)
    gaps.add(2 * c, 11, 7)
    const records = new IndexRecords(table, encaps, gaps)
    records.startCapture(null)
    const line =
      '{"ts":1563783092.387930,"duration":7.612071,"uid":"Cabcdefghijklmnopq",' +
      '"id.orig_h":"10.0.0.1","id.orig_p":1000,"id.resp_h":"10.0.0.2","id.resp_p":80,"proto":"tcp",' +
      '"orig_pkts":5,"resp_pkts":4,"orig_ip_bytes":500,"resp_ip_bytes":400,' +
      '"orig_bytes":30,"resp_bytes":1125899906842624,' +
      '"orig_missed_bytes":7,"resp_missed_bytes":3,"missed_bytes":10,' +
      '"orig_retrans_bytes":3,"resp_retrans_bytes":6,"overlap_conflicts":6,' +
      '"orig_captured_bytes":40,"resp_captured_bytes":50,"orig_conflict_bytes":2,"resp_conflict_bytes":4,' +
      '"orig_dup_pkts":0,"resp_dup_pkts":0,"orig_outside_bytes":7,"resp_outside_bytes":8,' +
      '"conn_state":"SF","history":"ShADadFf","orig_file":"a.txt","resp_file":null,' +
      '"orig_gaps":[{"offset":11,"length":7}],"resp_gaps":[],"gaps_truncated":false,' +
      `"community_id":"${communityIdOf(records, c)}","tunnel":["mpls:16"],"vlan":[10,20,30],` +
      '"close_reason":"fin","icmp_errors":8}'
    expect(records.line(c, 'Cabcdefghijklmnopq', 'a.txt', null)).toBe(line)
  })

  it('writes IPv6 addresses with colons, nanoseconds where the capture has them, and the capture', () => {
    const table = new ConnectionTable()
    const c = addConnection(table, {
      protocol: 58,
      orig: '2001:db8:0:0:0:0:0:1',
      resp: '0:0:0:0:0:0:0:1',
      isNanosecond: true,
      nsec: 5,
    })
    expect(table.flags[c]).toBe(ConnectionFlag.IPV6 | ConnectionFlag.NANOSECOND)
    const records = new IndexRecords(table, encaps, new GapLists(100))
    records.startCapture('a "quoted" näme.pcap')
    const line = records.line(c, 'C', null, null)
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

  it('says when it lists fewer gaps than there were', () => {
    const table = new ConnectionTable()
    const c = addConnection(table)
    const gaps = new GapLists(2)
    const records = new IndexRecords(table, encaps, gaps)
    for (let i = 1; i <= 3; i++) {
      gaps.add(2 * c + 1, 10 * i, 1)
      table.gaps[2 * c + 1] = i
      expect(JSON.parse(records.line(c, 'C', null, null)).gaps_truncated).toBe(i > 2)
    }
  })
})

function communityIdOf(records: IndexRecords, connection: number): string {
  return JSON.parse(records.line(connection, 'C', null, null)).community_id
}
