import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, ethernet, ipv4, ipv6, tcp, text, udp } from '../../support/frames.js'
import { u32 } from '../../support/link-frames.js'
import { decodeFrame, FrameDecoder, payloadText } from '../frame-decoder.js'
import {
  expectInside,
  expectOutside,
  type InsideCase,
  inside4,
  inside6,
  overIp,
  overUdp,
  UDP,
} from './tunnel-cases.js'

const ESP = 50
const TCP = 6
const SPI = 0x1000
/** What a check value may look like. */
const check = (bytes: number) => Uint8Array.from({ length: bytes }, (_, index) => (index * 37 + 0x5b) & 0xff)

function esp(
  next: number,
  content: Uint8Array,
  { checkBytes = 12, vectorBytes = 0, spi = SPI } = {},
): Uint8Array {
  const padding = -(content.length + 2) & 3
  const pad = Array.from({ length: padding }, (_, index) => index + 1)
  return concat(u32(spi), u32(1), check(vectorBytes), content, [...pad, padding, next], check(checkBytes))
}

/** The segment or datagram, with its checksum, of a packet between the addresses of `overIp()`. */
const segment4 = ipv4(
  { protocol: TCP },
  tcp({ srcPort: 5000, dstPort: 6000, flags: 0x10 }, text('inside')),
).subarray(20)
const datagram4 = ipv4({ protocol: UDP }, udp({ srcPort: 5000, dstPort: 6000 }, text('inside'))).subarray(20)
const datagram6 = ipv6({ protocol: UDP }, udp({ srcPort: 5000, dstPort: 6000 }, text('inside'))).subarray(40)

describe('ESP that encrypts nothing', () => {
  const tunnels: InsideCase[] = [
    ['IPv4', overIp(ESP, esp(4, inside4)), ['esp']],
    ['IPv6', overIp(ESP, esp(41, inside6)), ['esp']],
    ['IPv4 over IPv6', overIp(ESP, esp(4, inside4), 6), ['esp']],
    ['a check value of 16 bytes', overIp(ESP, esp(4, inside4, { checkBytes: 16 })), ['esp']],
    ['a check value of 32 bytes', overIp(ESP, esp(4, inside4, { checkBytes: 32 })), ['esp']],
    ['no check value', overIp(ESP, esp(4, inside4, { checkBytes: 0 })), ['esp']],
    ['GMAC', overIp(ESP, esp(4, inside4, { checkBytes: 16, vectorBytes: 8 })), ['esp']],
    ['UDP around it', overUdp(4500, esp(4, inside4)), ['esp']],
  ]
  it.each(tunnels)('is opened in tunnel mode: %s', (_name, frame, tunnel) => {
    expectInside(frame, tunnel)
  })

  it.each([
    ['UDP', overIp(ESP, esp(UDP, datagram4)), UDP],
    ['UDP over IPv6', overIp(ESP, esp(UDP, datagram6), 6), UDP],
    ['TCP', overIp(ESP, esp(TCP, segment4)), TCP],
    ['TCP with a check value of 16 bytes', overIp(ESP, esp(TCP, segment4, { checkBytes: 16 })), TCP],
  ])('is opened in transport mode: %s', (_name, frame, protocol) => {
    const { packet } = decodeFrame(frame)
    expect(packet).toMatchObject({ protocol, srcPort: 5000, dstPort: 6000, encap: { tunnel: ['esp'] } })
    expect(payloadText(packet)).toBe('inside')
  })

  const wrong = new Uint8Array(datagram4)
  wrong[8]! ^= 1
  const outside: [string, Uint8Array][] = [
    ['has a wrong checksum', esp(UDP, wrong)],
    ['has a packet of another length', esp(4, inside4.subarray(0, -1))],
    ['has a packet of another version', esp(41, inside4)],
    ['has a reserved SPI', esp(4, inside4, { spi: 255 })],
    ['has other padding', concat(u32(SPI), u32(1), inside4, [7, 7, 2, 4], check(12))],
    ['ends in its header', esp(4, inside4).subarray(0, 7)],
  ]
  it.each(outside)('stays as it is where it %s', (_name, payload) => {
    expectOutside(overIp(ESP, payload), payload)
  })

  it('stays closed where it was cut, and without decapsulation', () => {
    const frame = overIp(ESP, esp(4, inside4))
    expect(new FrameDecoder().decode(frame, { capturedBytes: frame.length - 1 }).packet?.protocol).toBe(ESP)
    const closed = new FrameDecoder({}, null, { decap: false })
    expect(closed.decode(overIp(ESP, esp(UDP, datagram4))).packet?.protocol).toBe(ESP)
  })

  it('stays closed where it is encrypted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 200 }), (content) => {
        const payload = concat(u32(SPI), u32(1), content)
        expect(decodeFrame(ethernet(ipv4({ protocol: ESP }, payload))).packet?.protocol).toBe(ESP)
      }),
      { numRuns: 2000 },
    )
  })
})
