import { expect, it } from 'vitest'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { UidMaker } from '../../src/output/uid.js'
import { addConnection, type TestConnection } from './support.js'

const uidOf = (given: TestConnection): string => {
  const table = new ConnectionTable()
  return new UidMaker().uid(table, addConnection(table, given))
}

it('has the form of Zeek and does not depend on the place in the table', () => {
  const table = new ConnectionTable()
  const maker = new UidMaker()
  const [, second] = [addConnection(table, { sec: 5 }), addConnection(table)]
  expect(maker.uid(table, second)).toMatch(/^C[A-Za-z0-9]{17}$/)
  expect(maker.uid(table, second)).toBe(uidOf({}))
})

it.each<[string, TestConnection]>([
  ['protocol', { protocol: 17 }],
  ['originator', { orig: '10.0.0.3' }],
  ['responder', { resp: '10.0.0.3' }],
  ['originator port', { origPort: 1001 }],
  ['responder port', { respPort: 81 }],
  ['second', { sec: 1563783093 }],
  ['second beyond 32 bits', { sec: 1563783092 + 2 ** 32 }],
  ['nanosecond', { nsec: 387_930_001 }],
  ['number', { firstNumber: 2 }],
  ['number beyond 32 bits', { firstNumber: 1 + 2 ** 32 }],
  ['IP version', { orig: '0a00:1:0:0:0:0:0:0', resp: '0a00:2:0:0:0:0:0:0' }],
])('changes in nearly every character with the %s', (_name, given) => {
  const one = uidOf({})
  const other = uidOf(given)
  expect([...one].filter((char, i) => i > 0 && char === other[i]).length).toBeLessThan(5)
})

it('is different for 100,000 connections', () => {
  const table = new ConnectionTable()
  const connection = addConnection(table)
  const maker = new UidMaker()
  const uids = new Set<string>()
  for (let i = 0; i < 100_000; i++) {
    table.firstNumber[connection] = i
    uids.add(maker.uid(table, connection))
  }
  expect(uids.size).toBe(100_000)
})
