import fc from 'fast-check'
import { expect, it } from 'vitest'
import { blankCapturedPacket } from '../../../src/capture/captured-packet.js'
import {
  encodeHeader,
  encodePacket,
  encodeStatistics,
  packetBlockBytes,
} from '../../../src/capture/live/pcapng-encoder.js'
import { PcapngReader } from '../../../src/capture/pcapng-reader.js'

const about = { name: 'eth0', linkType: 113, snaplen: 96, filter: 'tcp port 80', application: 'test 1' }

it('what is encoded is what our reader reads, for any packets', () => {
  const packets = fc.array(
    fc.record({
      tsSec: fc.nat(2 ** 32 - 1).map((sec) => sec + 0),
      tsNsec: fc.nat(999_999_999),
      frame: fc.uint8Array({ maxLength: 70 }),
      lost: fc.nat(1000),
    }),
    { maxLength: 10 },
  )
  fc.assert(
    fc.property(packets, fc.nat(), (all, dropped) => {
      const parts = [encodeHeader(about)]
      for (const { tsSec, tsNsec, frame, lost } of all) {
        const bytes = Uint8Array.from([9, 9, ...frame, 9])
        const packet = {
          ...blankCapturedPacket(),
          ...{ tsSec, tsNsec, from: 2, to: 2 + frame.length, originalBytes: frame.length + lost },
        }
        const block = new Uint8Array(packetBlockBytes(frame.length)).fill(0xee)
        encodePacket(packet, bytes, block, new DataView(block.buffer), 0)
        parts.push(block)
      }
      const time = { tsSec: 1, tsNsec: 2 }
      parts.push(encodeStatistics({ received: 5, dropped, droppedByInterface: 1 }, time, time))
      const file = Buffer.concat(parts)

      const reader = new PcapngReader('test', { maxInterfaces: 2, isDecompressed: false })
      reader.window(file, 0, file.length, true)
      const out = blankCapturedPacket()
      for (const { tsSec, tsNsec, frame, lost } of all) {
        expect(reader.next(out)).toBe('packet')
        expect([out.tsSec, out.tsNsec, out.isNanosecond, out.linkType]).toEqual([tsSec, tsNsec, true, 113])
        expect(file.subarray(out.from, out.to)).toEqual(Buffer.from(frame))
        expect(out.originalBytes).toBe(frame.length + lost)
      }
      expect(reader.next(out)).toBe('end')
      expect(reader.droppedPackets).toBe(dropped + 1)
    }),
  )
})

it('statistics that nobody knows are left out', () => {
  const time = { tsSec: 0, tsNsec: 0 }
  const file = Buffer.concat([encodeHeader({ ...about, filter: null }), encodeStatistics(null, time, time)])
  const reader = new PcapngReader('test', { maxInterfaces: 2, isDecompressed: false })
  reader.window(file, 0, file.length, true)
  expect(reader.next(blankCapturedPacket())).toBe('end')
  expect(reader.droppedPackets).toBe(0)
})
