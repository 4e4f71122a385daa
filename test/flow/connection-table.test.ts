import { expect, it } from 'vitest'
import { ConnectionTable } from '../../src/flow/connection-table.js'

// What every connection gets when it is opened, so that nobody sees what the row had before.
const SET_BY_THE_OPENER = new Set([
  'protocol',
  'isOpen',
  'hash',
  'next',
  'firstSec',
  'firstNsec',
  'lastSec',
  'lastNsec',
  'firstNumber',
  'encapId',
  'icmpType',
  'port',
  'history', // as long as historyLength says
])

it('leaves nothing of the connection before in a row that is used again, such as its IPv6 addresses', () => {
  const table = new ConnectionTable()
  const columns = Object.entries(table).filter(([name]) => !SET_BY_THE_OPENER.has(name)) as [
    string,
    Uint8Array,
  ][]
  expect(columns.map(([name]) => name)).toContain('address')
  const row = table.allocate()
  for (const [, column] of columns) column.fill(0xff)
  table.release(row)
  expect(table.allocate()).toBe(row)
  for (const [name, column] of columns) {
    const perRow = column.length / table.isOpen.length
    const left = column.slice(row * perRow, (row + 1) * perRow)
    expect([name, left.every((value) => value === 0)]).toEqual([name, true])
  }
})
