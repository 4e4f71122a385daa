import { describe, expect, it } from 'vitest'
import { setUpTracker } from './packets.js'
import { REPORTED } from './reported-cases.js'

describe('situations that other programs were reported to get wrong', () => {
  it.each(REPORTED)('$name', ({ script, streams, closeReasons, outside = 0, conflicts = 0 }) => {
    const setup = setUpTracker()
    for (const [i, [host, spec]] of script.entries()) setup[host]({ at: i / 1000, ...spec })
    const connections = setup.end(700).toSorted((a, b) => Number(a.ordinal) - Number(b.ordinal))
    const { rows, reassembler } = setup.tracker
    expect(connections.map((connection) => connection.streams)).toEqual(streams)
    expect(connections.map(({ closeReason }) => closeReason)).toEqual(closeReasons)
    expect(connections.flatMap(({ missed }) => missed).every((bytes) => bytes === 0)).toBe(true)
    expect(reassembler.delivery.outsideBytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(outside)
    expect([rows.totals.conflicts, rows.unbalanced]).toEqual([conflicts, 0])
  })
})
