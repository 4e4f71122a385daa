import { describe, expect, it } from 'vitest'
import { blankCapturedPacket } from '../../../src/capture/captured-packet.js'
import { createCaptureReader } from '../../../src/capture/open-capture-reader.js'
import { PcapngOutput } from '../../../src/output/pcap/pcapng-output.js'
import { PcapngBuilder } from '../../support/capture-writers.js'
import { READER_OPTIONS } from '../../support/read-capture.js'

const frame = Uint8Array.from({ length: 61 }, (_, i) => i)

/** A capture with one packet, whose comment and flags must not get lost. */
function capture(isLittleEndian: boolean): Uint8Array {
  const flags = isLittleEndian ? [2, 0, 0, 0] : [0, 0, 0, 2]
  const text = (value: string) => [...Buffer.from(value)]
  return new PcapngBuilder()
    .section(isLittleEndian)
    .interface(1, 0, [
      [2, text('eth7')],
      [9, [9]],
    ])
    .enhanced(0, 1_500_000_000_123_456_789n, frame, 100, [
      [1, text('look here')],
      [2, flags],
    ])
    .done()
}

function onlyPacket(file: Uint8Array) {
  const reader = createCaptureReader(file, 0, file.length, 'a', { ...READER_OPTIONS, countsComments: true })
  reader.window(file, 0, file.length, true)
  const packet = blankCapturedPacket()
  expect(reader.next(packet)).toBe('packet')
  return { packet, description: reader.describe()!, isBigEndian: reader.isBigEndian }
}

describe('packets that are copied', () => {
  it.each([true, false])(
    'keep frame, time, interface, comment and flags (little-endian: %s)',
    (isLittleEndian) => {
      const file = capture(isLittleEndian)
      const { packet, description, isBigEndian } = onlyPacket(file)
      const copied = Buffer.concat(
        new PcapngOutput().packet(file, packet, { input: 3, description, isBigEndian }),
      )
      const again = onlyPacket(copied)
      expect(again.packet).toMatchObject({
        tsSec: 1_500_000_000,
        tsNsec: 123_456_789,
        isNanosecond: true,
        linkType: 1,
        originalBytes: 100,
      })
      expect(copied.subarray(again.packet.from, again.packet.to)).toEqual(Buffer.from(frame))
      expect(again.description.interfaces).toMatchObject([{ name: 'eth7', linkType: 1 }])
      expect(again.description.firstComments).toEqual(['look here'])
      expect(copied.subarray(again.packet.to + 3 + 4 + 12, again.packet.to + 3 + 4 + 12 + 8)).toEqual(
        Buffer.of(2, 0, 4, 0, 2, 0, 0, 0),
      )
    },
  )
})
