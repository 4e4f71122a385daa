import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankIpHeader } from '../../src/wire/ip-header.js'
import { decodeTcp, TcpFlag, windowScaleOf } from '../../src/wire/tcp.js'
import { blankTransportPacket } from '../../src/wire/transport-packet.js'
import { ethernet, ipv4, tcp, text } from '../support/frames.js'
import { decodeFrame, payloadText } from './frame-decoder.js'

const options = new Array<number>(12).fill(1)
const HEADERS_BYTES = 14 + 20 + 20

describe('decodeTcp() in a frame', () => {
  it.each([0, 4, 40])('finds the payload behind %d bytes of options', (length) => {
    const frame = ethernet(
      ipv4({ protocol: 6 }, tcp({ options: new Array<number>(length).fill(1) }, text('abc'))),
    )
    expect(payloadText(decodeFrame(frame).packet)).toBe('abc')
  })

  it.each(Object.entries(TcpFlag))('gives %s', (_name, flag) => {
    expect(decodeFrame(ethernet(ipv4({ protocol: 6 }, tcp({ flags: flag })))).packet?.tcpFlags).toBe(flag)
  })

  it('needs no options to be captured', () => {
    const frame = ethernet(ipv4({ protocol: 6 }, tcp({ options, seq: 77 }, text('abcdef'))))
    for (let capturedBytes = HEADERS_BYTES; capturedBytes <= HEADERS_BYTES + 12; capturedBytes++) {
      expect(decodeFrame(frame, { capturedBytes }).packet).toMatchObject({
        seq: 77,
        payload: text(''),
        originalPayloadBytes: 6,
      })
    }
  })

  // [what, options, how far windows are shifted]
  it.each<[string, number[], number]>([
    ['alone', [3, 3, 7, 0], 7],
    ['behind others', [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 9], 9],
    ['none', [2, 4, 5, 180], -1],
    ['behind the end of the list', [0, 3, 3, 7], -1],
    ['behind one of no length', [2, 0, 3, 3, 7, 1, 1, 1], -1],
    ['cut by the end', [1, 1, 3, 3], -1],
    ['more than there may be', [3, 3, 200, 0], 14],
  ])('finds the window scale among the options: %s', (_name, options, scale) => {
    const { bytes } = tcp({ options }, text(''))
    const spoiled = Uint8Array.from([9, ...bytes, 3, 3, 5])
    expect(windowScaleOf(spoiled, 1, 1 + bytes.length)).toBe(scale)
  })

  // [captured bytes of the header, what is known]
  it.each<[number, object]>([
    [8, { ack: 0, tcpFlags: 0, window: 0xffff, originalPayloadBytes: 18 }],
    [12, { ack: 0, tcpFlags: 0, window: 0xffff, originalPayloadBytes: 18 }],
    [13, { ack: 0, tcpFlags: 0, window: 0xffff, originalPayloadBytes: 6 }],
    [14, { ack: 88, tcpFlags: TcpFlag.ACK, window: 0xffff, originalPayloadBytes: 6 }],
    [16, { ack: 88, tcpFlags: TcpFlag.ACK, window: 500, originalPayloadBytes: 6 }],
    [19, { ack: 88, tcpFlags: TcpFlag.ACK, window: 500, originalPayloadBytes: 6 }],
  ])('takes what there is of a header of which %d bytes were captured', (bytes, known) => {
    const header = { options, seq: 77, ack: 88, flags: TcpFlag.ACK, window: 500, srcPort: 1000, dstPort: 80 }
    const frame = ethernet(ipv4({ protocol: 6 }, tcp(header, text('abcdef'))))
    expect(decodeFrame(frame, { capturedBytes: 14 + 20 + bytes }).packet).toMatchObject({
      ...{ srcPort: 1000, dstPort: 80, seq: 77, payload: text('') },
      ...known,
    })
    expect(decodeFrame(frame, { capturedBytes: 14 + 20 + 7 }).packet).toBeNull()
  })

  const offset = (words: number) => {
    const frame = ethernet(ipv4({ protocol: 6 }, tcp({}, text('abcd'))))
    frame[14 + 20 + 12] = words << 4
    return frame
  }
  it.each([
    ['below five words', offset(4), 'malformed'],
    ['behind the packet', offset(7), 'malformed'],
    ['at the end of the packet', offset(6), 'delivered'],
  ])('judges a data offset %s', (_name, frame, status) => {
    expect(decodeFrame(frame).status).toBe(status)
  })

  it('calls a packet that ends inside the header malformed', () => {
    expect(decodeFrame(ethernet(ipv4({ protocol: 6 }, new Uint8Array(19)))).status).toBe('malformed')
  })
})

it('decodeTcp() never throws and never points outside its range', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.nat(80),
      fc.nat(80),
      fc.nat(50),
      (bytes, a, b, beyond) => {
        const ip = blankIpHeader()
        ip.at = Math.min(a, b, bytes.length)
        ip.to = Math.min(Math.max(a, b), bytes.length)
        ip.wireTo = ip.to + beyond
        const out = blankTransportPacket()
        if (decodeTcp(bytes, ip, out) === 'ok') {
          expect(out.payloadFrom).toBeGreaterThanOrEqual(Math.min(ip.at + 20, ip.to))
          expect(out.payloadFrom + out.payloadBytes).toBe(ip.to)
          expect(out.originalPayloadBytes).toBeGreaterThanOrEqual(out.payloadBytes)
        } else expect(out).toEqual(blankTransportPacket())
      },
    ),
    { numRuns: 1000 },
  )
})
