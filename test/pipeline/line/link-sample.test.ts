import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankCapturedPacket } from '../../../src/capture/captured-packet.js'
import { createCaptureReader } from '../../../src/capture/open-capture-reader.js'
import { LinkSample } from '../../../src/pipeline/line/link-sample.js'
import { pcapFile, type WrittenPacket } from '../../support/capture-writers.js'
import { ethernet, ipv4, text, udp } from '../../support/frames.js'
import { READER_OPTIONS } from '../../support/read-capture.js'

const hello = ipv4({ protocol: 17 }, udp({ srcPort: 1, dstPort: 2 }, text('hello')))

function capture(frames: readonly Uint8Array[]): Uint8Array {
  const packets = frames.map((frame, index): WrittenPacket => {
    return { tsSec: 1_700_000_000 + index, tsNsec: 0, frame, originalBytes: frame.length }
  })
  return pcapFile(packets)
}

/** Gives the windows to a sample as the capture's own reader would get them. */
function sampleOf(file: Uint8Array, windowBytes: number): LinkSample {
  const reader = createCaptureReader(file, 0, file.length, 'a.pcap', READER_OPTIONS)
  const sample = new LinkSample(createCaptureReader(file, 0, file.length, 'a.pcap', READER_OPTIONS))
  const out = blankCapturedPacket()
  for (let from = 0, to = windowBytes; ; to += windowBytes) {
    const isLast = to >= file.length
    const end = Math.min(to, file.length)
    sample.look({ bytes: file, from, to: end, isLast })
    reader.window(file, from, end, isLast)
    let status = reader.next(out)
    while (status === 'packet') status = reader.next(out)
    if (status !== 'more') return sample
    from = reader.position
  }
}

describe('LinkSample', () => {
  const wrong = capture(Array.from({ length: 50 }, () => hello))

  it('says which option reads a capture that has another link type', () => {
    const sample = sampleOf(wrong, wrong.length)
    expect(sample.linkType).toBe(101)
    expect(sample.text('a.pcap', false)).toBe(
      '"a.pcap" says ETHERNET (1), but its packets look like RAW (101): --link-type RAW reads them',
    )
    expect(sample.text('a.pcap', true)).toBe(
      '"a.pcap" says ETHERNET (1), but its packets look like RAW (101): read so',
    )
  })

  it('finds the same in windows of any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 700 }), (windowBytes) => {
        expect(sampleOf(wrong, windowBytes).linkType).toBe(101)
      }),
      { numRuns: 20 },
    )
  })

  it('takes a capture at its word whose first packet is as it says', () => {
    const file = capture([ethernet(hello), ...Array.from({ length: 50 }, () => hello)])
    expect([sampleOf(file, file.length).linkType, sampleOf(file, 100).text('a', false)]).toEqual([null, null])
  })

  it('looks at the first 1,000 packets only', () => {
    const late = capture([
      ...Array.from({ length: 1000 }, () => hello),
      ...Array.from({ length: 2000 }, () => ethernet(hello)),
    ])
    expect(sampleOf(late, 4000).linkType).toBe(101)
  })

  it('looks at the first MiB only', () => {
    const long = ipv4({ protocol: 17 }, udp({ srcPort: 1, dstPort: 2 }, new Uint8Array(60_000)))
    const late = capture([
      ...Array.from({ length: 18 }, () => long),
      ...Array.from({ length: 200 }, () => ethernet(hello)),
    ])
    expect(sampleOf(late, 200_000).linkType).toBe(101)
  })
})
