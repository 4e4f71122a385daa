import { expect, it } from 'vitest'
import type { ConnectionSink } from '../../src/flow/connection-sink.js'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { ConnectionTracker } from '../../src/flow/connection-tracker.js'
import { blankFlowPacket } from '../../src/flow/flow-packet.js'
import { HeldStore } from '../../src/stream/held-store.js'
import { TcpFlag } from '../../src/wire/tcp.js'
import { MemorySpill } from '../stream/memory-spill.js'
import { pageArena } from '../support/pages.js'
import { copiedSegments } from '../support/recent.js'
import { DEFAULTS } from './packets.js'

const { SYN, ACK } = TcpFlag
const FAR = 2 ** 30

it('a packet that waited for others has its frame when the outputs get it', () => {
  const frames: string[] = []
  const sink: ConnectionSink = {
    opened() {},
    packet: (_connection, _side, bytes, { frameFrom, frameBytes }) =>
      frames.push(Buffer.from(bytes.subarray(frameFrom, frameFrom + frameBytes)).toString()),
    data() {},
    gap() {},
    conflict: null,
    closed() {},
    finished() {},
  }
  const table = new ConnectionTable()
  const store = new HeldStore(pageArena(8), new MemorySpill())
  const tracker = new ConnectionTracker(table, sink, store, copiedSegments(table), DEFAULTS)
  let number = 0
  function send(fromA: boolean, tcpFlags: number, seq: number, ack: number, payload: string): void {
    number += 1
    const frame = `${number}:eth ip tcp ${payload}`
    const bytes = Buffer.from(`##${frame}##`)
    const payloadFrom = 2 + frame.length - payload.length
    tracker.packet(bytes, {
      ...blankFlowPacket(),
      protocol: 6,
      src: fromA ? 1 : 2,
      dst: fromA ? 2 : 1,
      srcPort: fromA ? 1000 : 80,
      dstPort: fromA ? 80 : 1000,
      hash: 7,
      number,
      tsNsec: number,
      tcpFlags,
      seq,
      ack,
      frameFrom: 2,
      frameBytes: frame.length,
      ipFrom: 2 + frame.indexOf('ip'),
      transportFrom: 2 + frame.indexOf('tcp'),
      payloadFrom,
      payloadBytes: payload.length,
      originalPayloadBytes: payload.length,
      lastByte: bytes[payloadFrom + payload.length - 1]!,
      window: 1000,
    })
    bytes.fill(0x21)
  }
  send(true, SYN, 99, 0, '')
  send(false, SYN | ACK, 499, 100, '')
  send(true, ACK, 100, 500, '')
  send(true, ACK, 100 + FAR, 500 + FAR, 'far')
  send(false, ACK, 500 + FAR, 103 + FAR, 'yes')
  tracker.finish(1, 0)
  expect(frames).toEqual([
    '1:eth ip tcp ',
    '2:eth ip tcp ',
    '3:eth ip tcp ',
    '4:eth ip tcp far',
    '5:eth ip tcp yes',
  ])
})
