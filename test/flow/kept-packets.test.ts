import { expect, it } from 'vitest'
import { blankFlowPacket } from '../../src/flow/flow-packet.js'
import { KeptPackets } from '../../src/flow/kept-packets.js'
import { HeldStore } from '../../src/stream/held-store.js'
import { MemorySpill } from '../stream/memory-spill.js'
import { pageArena } from '../support/pages.js'

// Position:          0123456789...
const BYTES = Buffer.from('..ethIPtcpPAYLOAD!!')
const PACKET = {
  ...blankFlowPacket(),
  frameFrom: 2,
  frameBytes: 15,
  inputBase: 100,
  ipFrom: 5,
  transportFrom: 7,
  payloadFrom: 10,
  payloadBytes: 7,
}

it.each([
  [true, 'ethIPtcpPAYLOADtcpPAYLOAD', 15],
  [false, 'tcpPAYLOAD', 0],
])('KeptPackets keeps what is asked for, with frames: %s', (hasFrames, content, frameBytes) => {
  const spill = new MemorySpill()
  const kept = new KeptPackets(new HeldStore(pageArena(0, 1), spill, 0), hasFrames)
  const bytes = Uint8Array.from(BYTES)
  const one = kept.keep(1, bytes, PACKET)
  bytes.fill(0x21)
  expect(one.side).toBe(1)
  expect(one.packet).toMatchObject({
    inputBase: 102,
    frameFrom: 0,
    frameBytes,
    ipFrom: 3,
    transportFrom: frameBytes,
    payloadFrom: frameBytes + 3,
    payloadBytes: 7,
  })
  expect(Buffer.from(kept.take(one)).toString()).toBe(content)
  expect(spill.keptBytes).toBe(0)
})

it('KeptPackets keeps a packet without bytes', () => {
  const kept = new KeptPackets(new HeldStore(pageArena(0, 1), new MemorySpill(), 0), false)
  const one = kept.keep(0, BYTES, { ...PACKET, payloadFrom: 7, payloadBytes: 0 })
  expect([one.storedBytes, kept.take(one).length]).toEqual([0, 0])
})
