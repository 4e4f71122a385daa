import { describe, expect, it } from 'vitest'
import { ConnectionFlag, ConnectionTable } from '../../src/flow/connection-table.js'
import { ConnectionTimes } from '../../src/flow/connection-times.js'

const TCP = 6
const UDP = 17

/** A connection whose first packet came at 100 s and 500 ns, and its latest at 200 s and 500 ns. */
function setUp({ protocol = TCP, tcpTimeoutSec = 60, udpTimeoutSec = 10, isClosed = false } = {}) {
  const table = new ConnectionTable()
  const connection = table.allocate()
  table.protocol[connection] = protocol
  table.firstSec[connection] = 100
  table.firstNsec[connection] = 500
  table.lastSec[connection] = 200
  table.lastNsec[connection] = 500
  table.closedSec[connection] = 200
  table.closedNsec[connection] = 500
  if (isClosed) table.flags[connection]! |= ConnectionFlag.CLOSED
  return { table, connection, times: new ConnectionTimes(table, { tcpTimeoutSec, udpTimeoutSec }) }
}

describe('ConnectionTimes', () => {
  it.each<[string, Parameters<typeof setUp>[0], number, number, boolean]>([
    ['TCP before its time-out', {}, 260, 500, false],
    ['TCP right after it', {}, 260, 501, true],
    ['TCP long after it', {}, 5000, 0, true],
    ['TCP at an earlier time', {}, 10, 0, false],
    ['TCP without time-out', { tcpTimeoutSec: 0 }, 1e9, 0, false],
    ['UDP before its time-out', { protocol: UDP }, 210, 500, false],
    ['UDP right after it', { protocol: UDP }, 210, 501, true],
    ['UDP without time-out', { protocol: UDP, udpTimeoutSec: 0 }, 1e9, 0, false],
    ['another protocol right after', { protocol: 50 }, 210, 501, true],
  ])('knows whether a connection is idle: %s', (_what, options, sec, nsec, isIdle) => {
    const { times, connection } = setUp(options)
    expect(times.isIdle(connection, sec, nsec)).toBe(isIdle)
    expect(times.isOver(connection, sec, nsec)).toBe(isIdle)
  })

  it.each([
    [60, 60, false],
    [60, 60.5, true],
    [0, 1e9, false],
  ])('of a time-out of %d s, %d s are too long: %s', (tcpTimeoutSec, seconds, isTooLong) => {
    expect(setUp({ tcpTimeoutSec }).times.isTooLong(seconds)).toBe(isTooLong)
  })

  it.each([
    [205, 500, false],
    [205, 501, true],
    [206, 0, true],
    [205, 0, false],
    [199, 0, false],
  ])('%d s and %d ns are too late for a closed connection: %s', (sec, nsec, isLate) => {
    const { times, connection } = setUp({ isClosed: true })
    expect(times.isAfterClose(connection, sec, nsec)).toBe(isLate)
    expect(times.isOver(connection, sec, nsec)).toBe(isLate)
  })

  it.each([
    [99, 999_999_999, false],
    [100, 499, false],
    [100, 500, true],
    [150, 0, true],
    [260, 500, true],
    [260, 501, false],
  ])('an error at %d s and %d ns is about a living connection: %s', (sec, nsec, isAlive) => {
    const { times, connection } = setUp()
    expect(times.isAlive(connection, sec, nsec)).toBe(isAlive)
  })

  it.each([
    [200, 499, 200, 500],
    [200, 500, 200, 500],
    [200, 501, 200, 501],
    [199, 900, 200, 500],
    [201, 0, 201, 0],
  ])('a packet at %d s and %d ns makes the latest time %d s and %d ns', (sec, nsec, lastSec, lastNsec) => {
    const { times, table, connection } = setUp()
    times.touch(connection, sec, nsec)
    expect([table.lastSec[connection], table.lastNsec[connection]]).toEqual([lastSec, lastNsec])
  })
})
