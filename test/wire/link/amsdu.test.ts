import { describe, expect, it } from 'vitest'
import { concat, ipv4, tcp, text, udp } from '../../support/frames.js'
import { amsdu, snap, wlan } from '../../support/link-frames.js'
import { FrameDecoder, payloadText } from '../frame-decoder.js'

const WLAN = 105
const AMSDU_PRESENT = [0x80, 0] as const
const packet = (payload: string) => snap(ipv4({ protocol: 17 }, udp({}, text(payload))))
const arp = snap(new Uint8Array(28), 0x0806)

function payloads(content: Uint8Array, capturedBytes?: number) {
  const decoder = new FrameDecoder()
  const frame = wlan({ qos: AMSDU_PRESENT }, content)
  const options = capturedBytes === undefined ? {} : { capturedBytes }
  const outcomes = decoder.decodeAll(frame, { linkType: WLAN, ...options })
  return {
    found: outcomes.map(({ status, packet }) => payloadText(packet) ?? status),
    decoder: decoder.decoder,
  }
}

describe('decodeAmsdu()', () => {
  it('gives every packet of an aggregated frame', () => {
    const { found, decoder } = payloads(amsdu(packet('a'), packet('bc'), packet('def'), packet('ghij')))
    expect(found).toEqual(['a', 'bc', 'def', 'ghij'])
    expect(decoder.aggregatedPackets).toBe(3)
  })

  it('gives one packet when there is one subframe', () => {
    const { found, decoder } = payloads(amsdu(packet('a')))
    expect(found).toEqual(['a'])
    expect(decoder.aggregatedPackets).toBe(0)
  })

  it('takes a frame check sequence at the end for no subframe', () => {
    expect(payloads(concat(amsdu(packet('a'), packet('b')), [1, 2, 3, 4])).found).toEqual(['a', 'b'])
  })

  it('goes on behind a subframe that holds no IP, and behind a malformed packet', () => {
    const broken = snap(ipv4({ protocol: 6, totalLength: 24 }, tcp({})))
    const { found } = payloads(amsdu(arp, packet('b'), broken, packet('d')))
    expect(found).toEqual(['notIp', 'b', 'malformed', 'd'])
  })

  it('ends a packet with its subframe', () => {
    const long = snap(ipv4({ protocol: 17, totalLength: 200 }, udp({ length: 180 }, text('a'))))
    expect(payloads(amsdu(long, packet('b'))).found).toEqual(['a', 'b'])
  })

  it('stops at a subframe whose length cannot be', () => {
    const content = amsdu(packet('a'), packet('b'))
    const second = (14 + packet('a').length + 3) & ~3
    content[second + 12] = 0x40
    const { found, decoder } = payloads(content)
    expect(found).toEqual(['a', 'malformed'])
    expect(decoder.malformed.linkHeaderMalformed).toBe(1)
  })

  it('counts the subframe that the snaplen cut, and none behind it', () => {
    const content = amsdu(packet('a'), packet('b'), packet('c'))
    const second = 26 + ((14 + packet('a').length + 3) & ~3)
    expect(payloads(content, second + 10).found).toEqual(['a', 'malformed'])
    expect(payloads(content, second + 14 + 8 + 28).found).toEqual(['a', '', 'malformed'])
  })

  it('forgets what is left of a frame when the next one is decoded', () => {
    const decoder = new FrameDecoder()
    decoder.decode(wlan({ qos: AMSDU_PRESENT }, amsdu(packet('a'), packet('b'))), { linkType: WLAN })
    expect(decoder.decoder.hasMore).toBe(true)
    expect(decoder.decodeAll(wlan({}, packet('c')), { linkType: WLAN })).toHaveLength(1)
  })
})
