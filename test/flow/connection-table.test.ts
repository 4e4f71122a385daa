import { describe, expect, it } from 'vitest'
import { ADDRESS_WORDS, ConnectionTable } from '../../src/flow/connection-table.js'

/** All columns of a connection's row and of its half-streams, but those that the owner sets in any case. */
const SET_BY_OWNER = new Set([
  'protocol',
  'hash',
  'next',
  'address',
  'firstSec',
  'firstNsec',
  'lastSec',
  'lastNsec',
  'firstNumber',
  'encapId',
  'icmpType',
  'history',
  'isOpen',
  'port',
])

function columns(table: ConnectionTable): [string, ArrayLike<number> & { [index: number]: number }][] {
  return Object.entries(table).filter(([, column]) => ArrayBuffer.isView(column))
}

describe('ConnectionTable', () => {
  it('gives a number again with all columns 0 that its owner does not set in any case', () => {
    const table = new ConnectionTable()
    const connection = table.allocate()
    for (const [, column] of columns(table)) for (let i = 0; i < column.length; i++) column[i] = 1
    table.release(connection)
    expect(table.allocate()).toBe(connection)
    for (const [name, column] of columns(table)) {
      if (SET_BY_OWNER.has(name)) continue
      const rows = column.length / table.isOpen.length
      for (let i = 0; i < rows; i++) expect(column[connection * rows + i], `${name}[${i}]`).toBe(0)
    }
  })

  it('keeps every column when it grows', () => {
    const table = new ConnectionTable()
    const first = table.allocate()
    for (const [, column] of columns(table)) column[first] = 1
    const before = columns(table).map(([, column]) => column.length)
    while (table.used <= before[0]!) table.allocate()
    columns(table).forEach(([name, column], i) => {
      expect(column.length, name).toBe(before[i]! * 16)
      expect(column[first], name).toBe(1)
    })
  })

  it('counts what is allocated, and gives each number once', () => {
    const table = new ConnectionTable()
    const numbers = Array.from({ length: 1000 }, () => table.allocate())
    expect(new Set(numbers).size).toBe(1000)
    for (const number of numbers.slice(0, 400)) table.release(number)
    expect(table.count).toBe(600)
    const again = Array.from({ length: 400 }, () => table.allocate())
    expect(new Set(again)).toEqual(new Set(numbers.slice(0, 400)))
  })
})

it('ConnectionTable gives a connection of a number that is used again no address of the one before', () => {
  const table = new ConnectionTable()
  for (let i = 0; i < 4; i++) table.allocate()
  table.address.fill(7, 0, 4 * ADDRESS_WORDS)
  table.release(2)
  expect(table.allocate()).toBe(2)
  const filled = Array.from({ length: 4 }, (_, i) =>
    table.address.subarray(i * ADDRESS_WORDS, (i + 1) * ADDRESS_WORDS).every((word) => word === 7),
  )
  expect(filled).toEqual([true, true, false, true])
  expect([...table.address.subarray(2 * ADDRESS_WORDS, 3 * ADDRESS_WORDS)]).toEqual(
    Array(ADDRESS_WORDS).fill(0),
  )
})
