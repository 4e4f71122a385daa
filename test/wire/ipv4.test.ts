import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankIpHeader } from '../../src/wire/ip-header.js'
import { decodeIpv4 } from '../../src/wire/ipv4.js'
import { concat, ethernet, ipv4, tcp, text, udp } from '../support/frames.js'
import { decodeFrame, payloadText } from './frame-decoder.js'

const TCP = 6
const UDP = 17

describe('decodeIpv4() in a frame', () => {
  const data = text('0123456789')
  const udpPacket = (totalLength?: number) =>
    ipv4(totalLength === undefined ? { protocol: UDP } : { protocol: UDP, totalLength }, udp({}, data))

  // [name, frame, captured bytes, payload, payload bytes on the wire, IP bytes]
  const cases: [string, Uint8Array, number, string, number, number][] = [
    [
      'ends the payload before the padding',
      ethernet(ipv4({ protocol: TCP }, tcp({})), { isPadded: true }),
      60,
      '',
      0,
      40,
    ],
    [
      'ends the payload where the total length says',
      ethernet(concat(udpPacket(), text('trailer'))),
      99,
      '0123456789',
      10,
      38,
    ],
    [
      'takes a total length of 0 as the end of the frame',
      ethernet(ipv4({ protocol: TCP, totalLength: 0 }, tcp({}, data))),
      99,
      '0123456789',
      10,
      50,
    ],
    ['knows what the snaplen cut', ethernet(udpPacket()), 45, '012', 10, 38],
    [
      'knows what the snaplen cut of a packet without length',
      ethernet(ipv4({ protocol: TCP, totalLength: 0 }, tcp({}, data))),
      57,
      '012',
      10,
      50,
    ],
    [
      'ends with the frame where the total length is beyond it',
      ethernet(ipv4({ protocol: TCP, totalLength: 1500 }, tcp({}, data))),
      99,
      '0123456789',
      10,
      1500,
    ],
    [
      'passes options',
      ethernet(ipv4({ protocol: UDP, options: [0x94, 4, 0, 0, 1, 1, 1, 0] }, udp({}, data))),
      99,
      '0123456789',
      10,
      46,
    ],
  ]
  it.each(cases)('%s', (_name, frame, capturedBytes, payload, originalPayloadBytes, ipBytes) => {
    const { packet } = decodeFrame(frame, { capturedBytes })
    expect(payloadText(packet)).toBe(payload)
    expect(packet).toMatchObject({ originalPayloadBytes, ipBytes })
  })

  const route = (type: number, pointer: number) => [type, 11, pointer, 1, 1, 1, 1, 2, 2, 2, 2, 0]
  const routes: [string, number[], string][] = [
    ['a strict route on its way', route(137, 4), '2.2.2.2'],
    ['a loose route before its last stop', [1, ...route(131, 8).slice(0, 11)], '2.2.2.2'],
    ['a route that has arrived', route(137, 12), '9.9.9.9'],
    ['a route without stops', [131, 3, 4, 0], '9.9.9.9'],
    ['a recorded route', route(7, 4), '9.9.9.9'],
    ['options that end before a route', [0, ...route(137, 4).slice(0, 11)], '9.9.9.9'],
    ['an option that is longer than the header', [0x94, 40, 0, 0], '9.9.9.9'],
    ['an option of length 0', [0x94, 0, 0, 0], '9.9.9.9'],
    ['an option without length', [1, 1, 1, 0x94], '9.9.9.9'],
  ]
  it.each(routes)('gives the final destination of %s', (_name, options, dst) => {
    expect(decodeFrame(ethernet(ipv4({ protocol: UDP, dst: '9.9.9.9', options }, udp({})))).packet?.dst).toBe(
      dst,
    )
  })

  const bad: [string, Uint8Array][] = [
    ['a header of less than five words', concat([0x44], udpPacket().subarray(1))],
    ['a header that is longer than the packet', concat([0x4f], udpPacket().subarray(1))],
    ['a total length below the header', udpPacket(19)],
    ['another version', concat([0x55], udpPacket().subarray(1))],
  ]
  it.each(bad)('calls %s malformed', (_name, packet) => {
    expect(decodeFrame(ethernet(packet, { etherType: 0x0800 })).status).toBe('malformed')
  })

  it('walks an Authentication Header', () => {
    const header = concat([UDP, 4, 0, 0], new Uint8Array(20))
    const frame = ethernet(ipv4({ protocol: 51 }, concat(header, [0, 1, 0, 2, 0, 10, 0, 0], text('ab'))))
    expect(decodeFrame(frame).packet).toMatchObject({
      protocol: UDP,
      srcPort: 1,
      dstPort: 2,
      payload: text('ab'),
    })
  })
})

it('decodeIpv4() never throws and never points outside its range', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.nat(80),
      fc.nat(80),
      fc.nat(2000),
      (bytes, a, b, beyond) => {
        const from = Math.min(a, b, bytes.length)
        const to = Math.min(Math.max(a, b), bytes.length)
        const out = blankIpHeader()
        if (decodeIpv4(bytes, from, to, to + beyond, out) !== 'ok') return
        expect(out.at).toBeGreaterThanOrEqual(from + 20)
        expect(out.at).toBeLessThanOrEqual(out.to)
        expect(out.to).toBeLessThanOrEqual(to)
        expect(out.to).toBeLessThanOrEqual(out.wireTo)
        expect(out.ipBytes).toBe(out.wireTo - from)
      },
    ),
    { numRuns: 1000 },
  )
})
