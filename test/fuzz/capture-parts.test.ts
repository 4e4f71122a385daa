import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anatomyOf, writePcap, writePcapng } from './lib/capture-parts.mjs'
import { findIp } from './lib/mutate-frame.mjs'

const packet = fc
  .record({
    linkType: fc.constant(1),
    tsSec: fc.nat(0xffff_ffff),
    tsNsec: fc.nat(999_999).map((micros) => micros * 1000),
    frame: fc.uint8Array({ maxLength: 80 }),
    cut: fc.nat(1000),
  })
  .map(({ cut, ...fields }) => ({ ...fields, originalBytes: fields.frame.length + cut }))

describe('anatomyOf()', () => {
  it.each([
    ['pcap', 'little', true],
    ['pcap', 'big', false],
    ['pcapng', 'little', true],
    ['pcapng', 'big', false],
  ] as const)('finds the packets that were written to a %s file in %s endian', (format, _order, isLittle) => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 10 }), (packets) => {
        const bytes = format === 'pcap' ? writePcap(packets, { isLittle }) : writePcapng(packets, isLittle)
        const anatomy = anatomyOf(bytes)
        expect(anatomy?.packets).toEqual(packets)
        expect(anatomy?.parts.at(-1)?.to).toBe(bytes.length)
        expect(anatomy?.fields.every(({ at, size }) => at + size <= bytes.length)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('knows no other files', () => {
    expect(anatomyOf(Buffer.from('no capture, and longer than any header of one is'))).toBe(null)
  })
})

describe('findIp()', () => {
  it('finds an IPv4 packet in an IPv6 packet in a frame', () => {
    const inner = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 8, 0, 0]
    const outer = [0x60, 0, 0, 0, 0, inner.length, 4, 64, ...new Array(32).fill(1)]
    const frame = Uint8Array.from([...new Array(12).fill(2), 0x86, 0xdd, ...outer, ...inner])
    expect(findIp(frame)).toEqual([
      { version: 6, at: 14, payloadAt: 54, end: 82, protocol: 4 },
      { version: 4, at: 54, payloadAt: 74, end: 82, protocol: 17 },
    ])
  })
})
