import { expect, it } from 'vitest'
import { ConnectionTable, NONE } from '../../src/flow/connection-table.js'
import { longestIdle, OpenCount } from '../../src/flow/open-count.js'
import { MemorySpill } from '../stream/memory-spill.js'
import { setUpTracker } from './packets.js'

it('counts what all that share its memory have open', () => {
  const memory = OpenCount.allocate()
  const [a, b] = [new OpenCount(memory, 3), new OpenCount(memory, 3)]
  a.add()
  b.add()
  expect(a.isFull).toBe(false)
  a.add()
  expect([a.isFull, b.isFull]).toEqual([true, true])
  b.remove()
  expect([a.isFull, b.isFull]).toEqual([false, false])
})

it('names the eighth that is idle longest, one at least, and never the one to keep', () => {
  const table = new ConnectionTable()
  for (let i = 0; i < 17; i++) {
    const connection = table.allocate()
    table.lastSec[connection] = 100 - (i >> 1)
    table.firstNumber[connection] = i
  }
  expect(longestIdle(table, NONE)).toEqual([16, 14])
  expect(longestIdle(table, 16)).toEqual([14, 15])
  for (let i = 0; i < 16; i++) table.release(i)
  expect([longestIdle(table, NONE), longestIdle(table, 16)]).toEqual([[16], []])
})

it('a worker makes room for the connections of another, and opens its own whoever has the others', () => {
  const memory = OpenCount.allocate()
  const [a, b] = [1, 2].map(() => setUpTracker({ openConnections: 4 }, new MemorySpill(), memory)) as [
    ReturnType<typeof setUpTracker>,
    ReturnType<typeof setUpTracker>,
  ]
  const open = (setup: typeof a, port: number) => setup.a({ flags: 'S', seq: 1, ports: [port, 80], at: port })
  for (let port = 1; port <= 4; port++) open(a, port)
  open(b, 5) // has none to end
  expect([a.tracker.table.count, b.tracker.table.count]).toEqual([4, 1])
  open(b, 6)
  expect([b.tracker.table.count, b.tracker.rows.openConnectionsHits]).toEqual([1, 1])
  open(a, 7)
  expect([a.tracker.table.count, a.tracker.rows.openConnectionsHits]).toEqual([4, 1])
  a.end()
  b.end()
  expect(new OpenCount(memory, 1).isFull).toBe(false)
})
