import { describe, expect, it } from 'vitest'
import { ConnectionTable, HISTORY_BYTES } from '../../src/flow/connection-table.js'
import { HistoryLetter, noteFlipped, noteOnce, noteRepetition } from '../../src/flow/history.js'

function setUp() {
  const table = new ConnectionTable()
  table.allocate()
  const text = () => Buffer.from(table.history.subarray(0, table.historyLength[0])).toString()
  return { table, text }
}

describe('history', () => {
  it('writes upper case for the originator and lower case for the responder', () => {
    const { table, text } = setUp()
    for (const half of [0, 1])
      for (const letter of Object.values(HistoryLetter)) noteOnce(table, half, letter)
    expect(text()).toBe('SHADFRIQGTWshadfriqgtw')
  })

  it('writes a letter once for each side', () => {
    const { table, text } = setUp()
    for (let i = 0; i < 3; i++) for (const half of [0, 1]) noteOnce(table, half, HistoryLetter.DATA)
    expect(text()).toBe('Dd')
  })

  it('writes repetitions at 1, 10, 100 and 1000', () => {
    const { table, text } = setUp()
    for (let count = 1; count <= 5000; count++) noteRepetition(table, 1, HistoryLetter.RETRANSMISSION, count)
    expect(text()).toBe('tttt')
  })

  it('notes that the sides were turned', () => {
    const { table, text } = setUp()
    noteFlipped(table, 0)
    expect(text()).toBe('^')
  })

  it('ends at its longest, without touching the next connection', () => {
    const { table, text } = setUp()
    const next = table.allocate()
    for (let i = 0; i < HISTORY_BYTES + 5; i++) noteFlipped(table, 0)
    expect(text()).toBe('^'.repeat(HISTORY_BYTES))
    expect(table.history[next * HISTORY_BYTES]).toBe(0)
  })
})
