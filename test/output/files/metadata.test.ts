import { expect, it } from 'vitest'
import { ConnectionTable } from '../../../src/flow/connection-table.js'
import { metadataJson, metadataText } from '../../../src/output/files/metadata.js'
import { HalfSeen } from '../../../src/stream/half-streams.js'
import { addConnection } from '../support.js'

function filled(table: ConnectionTable, given = {}): number {
  const connection = addConnection(table, given)
  table.dataPackets.set([3, 4], 2 * connection)
  table.payloadBytes.set([300, 2 ** 40], 2 * connection)
  table.messages.set([1, 2], 2 * connection)
  table.packets.set([9, 8], 2 * connection)
  table.missedBytes.set([10, 0], 2 * connection)
  table.repeatedBytes.set([0, 11], 2 * connection)
  table.conflictBytes.set([12, 0], 2 * connection)
  table.capturedBytes.set([320, 2 ** 41], 2 * connection)
  table.outsideBytes.set([8, 9], 2 * connection)
  table.copies.set([4, 0], 2 * connection)
  table.lastSec[connection] = 1563783093
  table.lastNsec[connection] = 0
  table.closeReason[connection] = 1
  table.halfSeen.set([HalfSeen.SYN | HalfSeen.FIN, HalfSeen.SYN_ACK | HalfSeen.FIN], 2 * connection)
  return connection
}

it('writes two columns, the values from column 36 on', () => {
  const table = new ConnectionTable()
  expect(metadataText(table, filled(table))).toBe(`Number of data packets in side 0:  3
Number of data packets in side 1:  4
Total number of data packets:      7

Number of bytes in side 0:         300
Number of bytes in side 1:         1099511627776
Total number of bytes:             1099511628076

Number of messages in side 0:      1
Number of messages in side 1:      2
Total number of messages:          3

Protocol:                          TCP
Endpoint of side 0:                10.0.0.1:1000
Endpoint of side 1:                10.0.0.2:80
First packet:                      2019-07-22 08:11:32.387930 UTC
Last packet:                       2019-07-22 08:11:33.000000 UTC
Duration in seconds:               0.612070
State:                             SF
Closed by:                         fin
Missing bytes in side 0:           10
Missing bytes in side 1:           0
Retransmitted bytes in side 0:     12
Retransmitted bytes in side 1:     11
Conflicting bytes:                 12
Captured bytes in side 0:          320
Captured bytes in side 1:          2199023255552
Copies of packets in side 0:       4
Copies of packets in side 1:       0
Bytes outside of side 0:           8
Bytes outside of side 1:           9
`)
})

it('puts IPv6 addresses in brackets', () => {
  const table = new ConnectionTable()
  const connection = filled(table, { orig: '2001:db8:0:0:0:0:0:1', resp: '0:0:0:0:0:0:0:1' })
  expect(metadataText(table, connection)).toContain('Endpoint of side 0:                [2001:db8::1]:1000\n')
})

it('writes JSON with strings only', () => {
  const table = new ConnectionTable()
  addConnection(table)
  const json = metadataJson(table, filled(table, { isNanosecond: true }))
  expect(json).toMatch(
    /^\{"total":\{"bytes":"1099511628076","packets":"7","messages":"3"\},"side_0":\{"bytes":"300","packets":"3","messages":"1",/,
  )
  expect(json.endsWith('}\n')).toBe(true)
  expect(JSON.parse(json)).toEqual({
    total: { bytes: '1099511628076', packets: '7', messages: '3' },
    side_0: {
      bytes: '300',
      packets: '3',
      messages: '1',
      address: '10.0.0.1',
      port: '1000',
      missing_bytes: '10',
      retransmitted_bytes: '12',
      conflicting_bytes: '12',
      captured_bytes: '320',
      duplicate_packets: '4',
      outside_bytes: '8',
    },
    side_1: {
      bytes: '1099511627776',
      packets: '4',
      messages: '2',
      address: '10.0.0.2',
      port: '80',
      missing_bytes: '0',
      retransmitted_bytes: '11',
      conflicting_bytes: '0',
      captured_bytes: '2199023255552',
      duplicate_packets: '0',
      outside_bytes: '9',
    },
    protocol: 'TCP',
    first_packet: '1563783092.387930000',
    last_packet: '1563783093.000000000',
    duration: '0.612070000',
    state: 'SF',
    history: '',
    close_reason: 'fin',
    conflicting_bytes: '12',
  })
})
