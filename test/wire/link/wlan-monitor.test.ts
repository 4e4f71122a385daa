import { describe, expect, it } from 'vitest'
import { concat, ethernet, ipv4, text, udp } from '../../support/frames.js'
import { amsdu, ppi, ppiCommon, radiotap, snap, u32, u32le, wlan } from '../../support/link-frames.js'
import { decodeFrame, FrameDecoder, payloadText } from '../frame-decoder.js'

const RADIOTAP = 127
const PPI = 192
const PRISM = 119
const AVS = 163
const packet = ipv4({ protocol: 17 }, udp({}, text('hello')))
const hello = wlan({}, snap(packet))
const FCS = [0xde, 0xad, 0xbe, 0xef]
/** IPv4 of no total length: its payload shows where the frame ends. */
const toFrameEnd = wlan({}, snap(ipv4({ protocol: 99, totalLength: 0 }, text('hello'))))
const prism = concat(u32le(0x44), u32le(144), new Uint8Array(136))
const avs = concat(u32(0x80211001), u32(64), new Uint8Array(56))

describe('headers before IEEE 802.11', () => {
  // Real ones: "tcpdump/ieee802.11_htc.pcap", "wireshark-wiki/SampleCaptures__Http.cap" (PPI).
  const carriers: [string, number, Uint8Array][] = [
    ['radiotap without fields', RADIOTAP, radiotap({}, hello)],
    ['radiotap with flags', RADIOTAP, radiotap({ flags: 0 }, hello)],
    [
      'radiotap with a timestamp',
      RADIOTAP,
      radiotap({ flags: 0x10, hasTimestamp: true }, concat(hello, FCS)),
    ],
    ['radiotap with more words', RADIOTAP, radiotap({ flags: 0, hasTimestamp: true, moreWords: 1 }, hello)],
    ['radiotap with still more', RADIOTAP, radiotap({ flags: 0, hasTimestamp: true, moreWords: 2 }, hello)],
    [
      'radiotap of a padded header',
      RADIOTAP,
      radiotap({ flags: 0x20 }, wlan({ qos: [0, 0], isPadded: true }, snap(packet))),
    ],
    ['PPI without fields', PPI, ppi(105, [], hello)],
    ['PPI with fields', PPI, ppi(105, [[3, new Uint8Array(12)], ppiCommon(0)], hello)],
    ['PPI with another link type', PPI, ppi(1, [], ethernet(packet))],
    ['Prism', PRISM, concat(prism, hello)],
    ['AVS as Prism', PRISM, concat(avs, hello)],
    ['AVS', AVS, concat(avs, hello)],
  ]
  it.each(carriers)('are passed: %s', (_name, linkType, frame) => {
    expect(payloadText(decodeFrame(frame, { linkType }).packet)).toBe('hello')
  })

  it.each([
    ['radiotap', RADIOTAP, radiotap({ flags: 0x10 }, concat(toFrameEnd, FCS))],
    ['PPI', PPI, ppi(105, [ppiCommon(1)], concat(toFrameEnd, FCS))],
  ])('take the frame check sequence off where %s says that there is one', (_name, linkType, frame) => {
    const { packet } = decodeFrame(frame, { linkType })
    expect(packet).toMatchObject({ payload: text('hello'), originalPayloadBytes: 5 })
    const cut = decodeFrame(frame, { linkType, capturedBytes: frame.length - 6 })
    expect(cut.packet).toMatchObject({ payload: text('hel'), originalPayloadBytes: 5 })
  })

  it.each([
    ['radiotap', RADIOTAP, radiotap({ flags: 0x50 }, concat(hello, FCS))],
    ['PPI', PPI, ppi(105, [ppiCommon(5)], concat(hello, FCS))],
  ])('keep frames out that %s calls damaged', (_name, linkType, frame) => {
    const decoder = new FrameDecoder()
    expect(decoder.decode(frame, { linkType }).status).toBe('notIp')
    expect(decoder.decoder.notIp.damagedFrames).toBe(1)
  })

  it('lead to aggregated frames too', () => {
    const frame = radiotap(
      { flags: 0x10 },
      concat(wlan({ qos: [0x80, 0] }, amsdu(snap(packet), snap(packet))), FCS),
    )
    const outcomes = new FrameDecoder().decodeAll(frame, { linkType: RADIOTAP })
    expect(outcomes.map(({ packet }) => payloadText(packet))).toEqual(['hello', 'hello'])
  })

  it('name the link type that PPI names and nobody knows', () => {
    const decoder = new FrameDecoder()
    expect(decoder.decode(ppi(147, [], hello), { linkType: PPI }).status).toBe('notIp')
    expect([...decoder.decoder.unknownLinkTypes]).toEqual([[147, 1]])
  })

  const bad: [string, number, Uint8Array][] = [
    ['radiotap shorter than its header', RADIOTAP, radiotap({ length: 7 }, hello)],
    ['radiotap longer than the frame', RADIOTAP, radiotap({ length: 2000 }, hello)],
    ['radiotap that ends before its flags', RADIOTAP, radiotap({ flags: 0, length: 8 }, hello)],
    ['radiotap whose words do not end', RADIOTAP, radiotap({ flags: 0, moreWords: 3, length: 12 }, hello)],
    ['AVS shorter than its header', AVS, concat(u32(0x80211001), u32(7), hello)],
    ['AVS longer than the frame', AVS, concat(u32(0x80211001), u32(0xffff_ffff), hello)],
  ]
  it.each(bad)('are malformed: %s', (_name, linkType, frame) => {
    const decoder = new FrameDecoder()
    expect(decoder.decode(frame, { linkType }).status).toBe('malformed')
    expect(decoder.decoder.malformed.linkHeaderMalformed).toBe(1)
  })
})
