import { describe, expect, it } from 'vitest'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { UidMaker } from '../../src/output/uid.js'
import { addConnection, type TestConnection } from './support.js'

const REMEMBERED = 1000
const REVERSED = { orig: '10.0.0.2', resp: '10.0.0.1', origPort: 80, respPort: 1000 }

function setUp(capture: string | null = null) {
  const table = new ConnectionTable()
  const maker = new UidMaker(table, REMEMBERED)
  maker.startCapture(capture, 0)
  const uidOf = (given: TestConnection = {}): string => {
    const connection = addConnection(table, given)
    maker.opened(connection)
    return maker.uid(connection)
  }
  return { maker, table, uidOf }
}

const uidOf = (given: TestConnection, capture: string | null = null) => setUp(capture).uidOf(given)

function differ(one: string, other: string): void {
  expect([...one].filter((char, i) => i > 0 && char === other[i]).length).toBeLessThan(5)
}

describe('UidMaker', () => {
  it('gives the form of Zeek, whatever the place in the table and the packets before', () => {
    const run = setUp()
    run.uidOf({ sec: 5 })
    const uid = run.uidOf({ firstNumber: 2 ** 40 })
    expect(uid).toMatch(/^C[A-Za-z0-9]{17}$/)
    expect(uid).toBe(uidOf({}))
  })

  it.each<[string, TestConnection, TestConnection]>([
    ['IPv4', {}, REVERSED],
    ['equal addresses', { resp: '10.0.0.1' }, { resp: '10.0.0.1', origPort: 80, respPort: 1000 }],
    [
      'IPv6',
      { orig: '2001:db8:0:0:0:0:0:1', resp: '2001:db8:0:0:0:0:0:2' },
      { ...REVERSED, orig: '2001:db8:0:0:0:0:0:2', resp: '2001:db8:0:0:0:0:0:1' },
    ],
  ])('is the same for both directions of %s', (_name, one, other) => {
    expect(uidOf(other)).toBe(uidOf(one))
  })

  it.each<[string, TestConnection]>([
    ['protocol', { protocol: 17 }],
    ['originator', { orig: '10.0.0.3' }],
    ['responder', { resp: '10.0.0.3' }],
    ['originator port', { origPort: 1001 }],
    ['responder port', { respPort: 81 }],
    ['pairs of address and port', { origPort: 80, respPort: 1000 }],
    ['second', { sec: 1563783093 }],
    ['second beyond 32 bits', { sec: 1563783092 + 2 ** 32 }],
    ['nanosecond', { nsec: 387_930_001 }],
    ['IP version', { orig: '0a00:1:0:0:0:0:0:0', resp: '0a00:2:0:0:0:0:0:0' }],
  ])('changes in nearly every character with the %s', (_name, given) => {
    differ(uidOf({}), uidOf(given))
  })

  it('tells connections of the same time apart by their order', () => {
    const { uidOf } = setUp()
    const uids = [
      uidOf({ firstNumber: 1 }),
      uidOf({ ...REVERSED, firstNumber: 9 }),
      uidOf({ firstNumber: 12 }),
    ]
    expect(new Set(uids).size).toBe(3)
    differ(uids[0]!, uids[1]!)
    const again = setUp()
    expect([again.uidOf({ firstNumber: 101 }), again.uidOf({ firstNumber: 109 })]).toEqual(uids.slice(0, 2))
    expect(again.uidOf({ nsec: 1 })).toBe(setUp().uidOf({ nsec: 1 }))
  })

  it('changes with the capture', () => {
    differ(uidOf({}), uidOf({}, 'a.pcap'))
    differ(uidOf({}, 'b.pcap'), uidOf({}, 'a.pcap'))
    const { maker, uidOf: uidOfNext } = setUp('b.pcap')
    maker.startCapture('a.pcap', 7)
    expect(uidOfNext({})).toBe(uidOf({}, 'a.pcap'))
  })

  it('stays unique where it has forgotten which connections there were', () => {
    const { maker, uidOf } = setUp()
    const first = uidOf({ firstNumber: 1 })
    for (let packets = REMEMBERED; packets <= 3 * REMEMBERED; packets += REMEMBERED) maker.sweep(2e9, packets)
    const uids = [first, uidOf({ firstNumber: 3001 }), uidOf({ firstNumber: 3005 })]
    expect(new Set(uids).size).toBe(3)
  })

  it('is different for 100,000 connections', () => {
    const { maker, table, uidOf } = setUp()
    const connection = addConnection(table)
    const uids = new Set<string>([uidOf({ protocol: 17 })])
    for (let i = 0; i < 100_000; i++) {
      table.firstNsec[connection] = i
      maker.opened(connection)
      uids.add(maker.uid(connection))
    }
    expect(uids.size).toBe(100_001)
  })
})
