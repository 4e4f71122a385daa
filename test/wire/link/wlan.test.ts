import { describe, expect, it } from 'vitest'
import { concat, ipv4, text, udp } from '../../support/frames.js'
import { llc, snap, wlan } from '../../support/link-frames.js'
import { decodeFrame, FrameDecoder, payloadText } from '../frame-decoder.js'

const WLAN = 105
const hello = snap(ipv4({ protocol: 17 }, udp({}, text('hello'))))
const meshControl = (addresses: number) => concat([addresses, 31, 1, 0, 0, 0], new Uint8Array(6 * addresses))

// Real ones: "packetnet/Test__CaptureFiles__80211_raw_with_fcs.pcap", "wireshark-wiki/SampleCaptures__mesh.pcap".
describe('decodeWlan()', () => {
  const carriers: [string, Uint8Array][] = [
    ['a data frame to the distribution system', wlan({ flags: 1 }, hello)],
    ['a data frame from the distribution system', wlan({ flags: 2 }, hello)],
    ['a data frame between stations', wlan({ flags: 0 }, hello)],
    ['a data frame with four addresses', wlan({ flags: 3 }, hello)],
    ['a data frame that acknowledges', wlan({ control: 0x18 }, hello)],
    ['a retransmitted one from a station that sleeps', wlan({ flags: 1 | 0x08 | 0x10 }, hello)],
    ['a data frame with LLC alone', wlan({}, llc(ipv4({ protocol: 17 }, udp({}, text('hello')))))],
    ['a QoS data frame', wlan({ qos: [5, 0] }, hello)],
    ['a QoS data frame with four addresses', wlan({ flags: 3, qos: [5, 0] }, hello)],
    ['a QoS data frame with HT Control', wlan({ qos: [0, 0], hasHtControl: true }, hello)],
    ['an ordered data frame, which has no HT Control', wlan({ flags: 0x81 }, hello)],
    ['a mesh frame to a group', wlan({ flags: 2, qos: [0, 1] }, concat(meshControl(1), hello))],
    ['a mesh frame', wlan({ flags: 3, qos: [0, 1] }, concat(meshControl(0), hello))],
    ['a proxied mesh frame', wlan({ flags: 3, qos: [0, 1] }, concat(meshControl(2), hello))],
    ['a mesh frame of a draft', wlan({ flags: 2, qos: [0, 0] }, concat(meshControl(1), hello))],
    ['a frame with the bit of Mesh Control outside of a mesh', wlan({ flags: 2, qos: [0, 1] }, hello)],
  ]
  it.each(carriers)('finds the packet in %s', (_name, frame) => {
    const { status, packet } = decodeFrame(frame, { linkType: WLAN })
    expect(status).toBe('delivered')
    expect(payloadText(packet)).toBe('hello')
  })

  const others: [string, Uint8Array, object][] = [
    ['a management frame', wlan({ control: 0x80 }, hello), {}],
    ['a control frame', wlan({ control: 0xd4 }, hello), {}],
    ['a frame of another version', wlan({ control: 0x09 }, hello), {}],
    ['a null frame', wlan({ control: 0x48 }, hello), {}],
    ['a QoS null frame', wlan({ control: 0xc8, qos: [0, 0] }, new Uint8Array(0)), {}],
    ['an encrypted frame', wlan({ flags: 0x41 }, hello), { encryptedFrames: 1 }],
    ['the first fragment of a frame', wlan({ flags: 0x05 }, hello), { partialFrames: 1 }],
    ['the last fragment of a frame', wlan({ fragment: 2 }, hello), { partialFrames: 1 }],
  ]
  it.each(others)('takes %s as not IP', (_name, frame, counts) => {
    const decoder = new FrameDecoder()
    expect(decoder.decode(frame, { linkType: WLAN }).status).toBe('notIp')
    const none = { encryptedFrames: 0, partialFrames: 0, damagedFrames: 0 }
    expect(decoder.decoder.notIp).toEqual({ ...none, ...counts })
  })

  it('takes a header that the snaplen cut as malformed', () => {
    const frame = wlan({ flags: 3, qos: [0, 0], hasHtControl: true }, hello)
    for (const capturedBytes of [0, 1, 23, 30, 35, 38]) {
      const decoder = new FrameDecoder()
      expect(decoder.decode(frame, { linkType: WLAN, capturedBytes }).status).toBe('malformed')
      expect(decoder.decoder.malformed.linkHeaderTruncated).toBe(1)
    }
  })
})
