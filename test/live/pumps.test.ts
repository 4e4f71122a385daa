import dgram from 'node:dgram'
import { describe, expect, it } from 'vitest'
import { loadLibpcap } from '../../src/capture/live/libpcap-library.js'
import { captureLoop } from '../../src/capture/live/libpcap-loop.js'
import { LibpcapSession } from '../../src/capture/live/libpcap-session.js'
import { FILE_HEADER_BYTES } from '../../src/capture/live/pcap-stream.js'
import { CopyPump, createPump, type RecordPump } from '../../src/capture/live/record-pump.js'
import { allocateSlotRing, SlotConsumer, SlotProducer } from '../../src/ring/slot-ring.js'
import { isRoot } from './network.js'

const COUNT = 500
const SNAPLEN = 2000

describe.runIf(isRoot)('the ways to take packets from libpcap', () => {
  it('give the same records', async () => {
    const library = await loadLibpcap(process.platform)
    if ('reason' in library) throw new Error(library.reason)
    const socket = dgram.createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    const { port } = socket.address()
    const open = (make: (session: LibpcapSession, slots: readonly Uint8Array[]) => RecordPump) => {
      const session = LibpcapSession.open(library, {
        interfaceName: 'lo',
        filter: `udp port ${port}`,
        snaplen: SNAPLEN,
        promiscuous: false,
        bufferBytes: 2 ** 22,
        packetCount: COUNT,
      })
      if (!(session instanceof LibpcapSession)) throw new Error(session.message)
      const ring = allocateSlotRing(8, 2 ** 18, FILE_HEADER_BYTES)
      const producer = new SlotProducer(ring)
      return { session, producer, consumer: new SlotConsumer(ring), pump: make(session, producer.slots) }
    }
    const ways = [
      open((session, slots) => createPump(library, session, slots, 'linux')),
      open((session, slots) => new CopyPump(library, session.handle, slots, null, 'wide')),
    ]
    for (let i = 0; i < COUNT; i++) {
      await new Promise((resolve) => socket.send(Buffer.alloc(i + 4, i), port, '127.0.0.1', resolve))
    }
    const streams = ways.map(({ session, producer, consumer, pump }) => {
      const status = captureLoop({
        pump,
        ring: producer,
        snaplen: SNAPLEN,
        isNanosecond: session.format.isNanosecond,
        packetCount: COUNT,
        stop: new Int32Array(new SharedArrayBuffer(4)),
        now: Date.now,
        onFilled() {},
        onTurn() {},
      })
      const stream = Buffer.alloc(2 ** 20)
      const bytes = consumer.read(stream)
      const counts = session.counts()
      pump.close()
      session.close()
      expect([status, session.format, counts.dropped]).toEqual([0, { linkType: 1, isNanosecond: true }, 0])
      return stream.toString('hex', 0, bytes)
    })
    socket.close()
    expect(streams[0]?.length).toBe(2 * ((COUNT * (COUNT + 7)) / 2 + COUNT * (16 + 42)))
    expect(streams[1]).toBe(streams[0])
  })
})
