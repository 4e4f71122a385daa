import { expect, it } from 'vitest'
import type { ConnectionSink } from '../../src/flow/connection-sink.js'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { ConnectionTracker } from '../../src/flow/connection-tracker.js'
import { blankFlowPacket } from '../../src/flow/flow-packet.js'
import { OpenCount } from '../../src/flow/open-count.js'
import { HeldStore } from '../../src/stream/held-store.js'
import { MemorySpill } from '../stream/memory-spill.js'
import { pageArena } from '../support/pages.js'
import { copiedSegments } from '../support/recent.js'
import { DEFAULTS } from './packets.js'

it('tells of each packet, with its side, before what it delivers', () => {
  const events: string[] = []
  const sink: ConnectionSink = {
    opened: (connection) => events.push(`opened ${connection}`),
    packet: (connection, side, _bytes, packet) =>
      events.push(`packet ${packet.number} of ${connection}:${side}`),
    data: (half, _bytes, from, to) => events.push(`data ${half}: ${to - from}`),
    gap: () => events.push('gap'),
    closed: () => {},
    finished: () => {},
  }
  const held = new HeldStore(pageArena(8), new MemorySpill())
  const table = new ConnectionTable()
  const tracker = new ConnectionTracker(
    table,
    sink,
    held,
    copiedSegments(table),
    DEFAULTS,
    OpenCount.allocate(),
  )
  const send = (number: number, src: number, dst: number, payloadBytes: number) => {
    const ports = { srcPort: 1000 + src, dstPort: 1000 + dst }
    const length = { payloadBytes, originalPayloadBytes: payloadBytes }
    const packet = { ...blankFlowPacket(), protocol: 17, hash: 7, number, src, dst, ...ports, ...length }
    tracker.packet(new Uint8Array(16), packet)
  }
  send(1, 1, 2, 3)
  send(2, 2, 1, 0)
  expect(events).toEqual(['opened 0', 'packet 1 of 0:0', 'data 0: 3', 'packet 2 of 0:1', 'data 1: 0'])
})
