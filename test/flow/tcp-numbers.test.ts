import { describe, expect, it } from 'vitest'
import { blankFlowPacket, type FlowPacket } from '../../src/flow/flow-packet.js'
import { Fit, NEAR_BYTES, TcpNumbers } from '../../src/flow/tcp-numbers.js'
import { HalfSeen } from '../../src/stream/half-streams.js'
import { TcpFlag } from '../../src/wire/tcp.js'
import { setUp } from '../stream/reassembler-setup.js'

const { SYN, ACK, FIN } = TcpFlag

function packetOf(tcpFlags: number, seq: number, ack = 0, bytes = 0): FlowPacket {
  return { ...blankFlowPacket(), tcpFlags, seq, ack, payloadBytes: bytes, originalPayloadBytes: bytes }
}

/** A connection whose originator has sent ten bytes from 1000 on; of the responder 5000 is acknowledged, and nothing was seen. */
function oneSided() {
  const { table, reassembler, push } = setUp()
  reassembler.join(0, 1000)
  push(1000, 0, '0123456789')
  reassembler.held.settle(0)
  table.halfSeen[0]! |= HalfSeen.DATA
  table.ackedOffset[1] = 5001 // plus 1, until something of the side was seen
  return { table, reassembler, numbers: new TcpNumbers(table, reassembler) }
}

describe('TcpNumbers', () => {
  it.each([
    [5000, true],
    [5000 + NEAR_BYTES, true],
    [5001 + NEAR_BYTES, false],
    [5000 - NEAR_BYTES, true],
    [4999 - NEAR_BYTES, false],
  ])('of a side that was only acknowledged up to 5000, %i is near: %s', (seq, isNear) => {
    expect(oneSided().numbers.isNear(1, seq)).toBe(isNear)
  })

  it('of a side of which nothing is known all is near', () => {
    const { numbers, table } = oneSided()
    table.ackedOffset[1] = 0
    expect(numbers.isNear(1, 123_456_789)).toBe(true)
  })

  it.each([
    [1000, true],
    [1010 + NEAR_BYTES, true],
    [1011 + NEAR_BYTES, false],
    [1000 - NEAR_BYTES, true],
    [999 - NEAR_BYTES, false],
  ])('of a side that was seen, %i is near: %s', (seq, isNear) => {
    expect(oneSided().numbers.isNear(0, seq)).toBe(isNear)
  })

  it('a FIN takes a number', () => {
    const { numbers, reassembler } = oneSided()
    reassembler.finish(0, 1010)
    expect(numbers.fit(0, 0, packetOf(ACK, 1011, 5000))).toBe(Fit.NEAR)
    expect(numbers.isNear(0, 1011 + NEAR_BYTES)).toBe(true)
    expect(numbers.isNear(0, 1012 + NEAR_BYTES)).toBe(false)
  })

  // [what, bits seen of the originator besides its payload, flags, seq, ack, fit]
  it.each<[string, number, number, number, number, number]>([
    ['a SYN+ACK that answers a SYN', HalfSeen.SYN, SYN | ACK, 4999, 1000, Fit.NEAR],
    ['a SYN+ACK that answers a SYN late', HalfSeen.SYN, SYN | ACK, 4999, 1005, Fit.NEAR],
    ['a SYN+ACK of what was acknowledged', 0, SYN | ACK, 4999, 1000, Fit.NEAR],
    ['a SYN+ACK that acknowledges payload', 0, SYN | ACK, 4999, 1005, Fit.NO],
    ['a SYN of the other side', HalfSeen.SYN, SYN, 4999, 0, Fit.NEAR],
    ['a SYN without one', 0, SYN, 4999, 0, Fit.NO],
    ['a SYN+ACK far away', HalfSeen.SYN, SYN | ACK, 5000 + NEAR_BYTES, 1000, Fit.NO],
    ['a segment', 0, ACK, 5000, 1010, Fit.NEAR],
    ['a segment far away that acknowledges all', 0, ACK, 5001 + NEAR_BYTES, 1010, Fit.NEAR],
    ['a segment far away that acknowledges a part', 0, ACK, 5001 + NEAR_BYTES, 1009, Fit.NO],
    ['a segment that acknowledges what is far away', 0, ACK, 5000, 1011 + NEAR_BYTES, Fit.NO],
    ['a FIN', 0, FIN | ACK, 5000, 1010, Fit.NEAR],
  ])('of the responder that was not seen: %s', (_what, seen, flags, seq, ack, fit) => {
    const { numbers, table } = oneSided()
    table.halfSeen[0]! |= seen
    expect(numbers.fit(0, 1, packetOf(flags, seq, ack, 0))).toBe(fit)
  })
})
