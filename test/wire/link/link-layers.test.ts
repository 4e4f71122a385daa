import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkLayer } from '../../../src/wire/link/link-layers.js'
import { FrameDecoder, payloadText } from '../frame-decoder.js'
import { carriers } from './carriers.js'

const DECODED = Array.from({ length: 1000 }, (_, linkType) => linkType).filter(
  (linkType) => linkLayer(linkType) !== undefined,
)

describe('linkLayer()', () => {
  it.each(carriers)('finds the packet in %s', (_name, linkType, frame, encap = { vlan: [], tunnel: [] }) => {
    const { status, packet } = new FrameDecoder().decode(frame, { linkType })
    expect(status).toBe('delivered')
    expect(payloadText(packet)).toBe('hello')
    expect(packet).toMatchObject({ srcPort: 1024, dstPort: 53, originalPayloadBytes: 5, encap })
  })

  it('has an example for every link type', () => {
    const examples = new Set(carriers.map(([, linkType]) => linkType))
    expect(DECODED.filter((linkType) => !examples.has(linkType))).toEqual([])
  })

  it.each([2, 147, 189, 303, 65_535, 2 ** 32 - 1])('knows nothing of link type %d', (linkType) => {
    expect(linkLayer(linkType)).toBeUndefined()
  })

  it('gives the same packet, or a truncation, for every length that was captured', () => {
    const decoder = new FrameDecoder()
    for (const [name, linkType, frame] of carriers) {
      const whole = decoder.decode(frame, { linkType }).packet!
      for (let capturedBytes = 0; capturedBytes < frame.length; capturedBytes++) {
        const { status, packet } = decoder.decode(frame, { linkType, capturedBytes })
        if (packet === null) {
          expect([name, capturedBytes, status]).toEqual([name, capturedBytes, 'malformed'])
          continue
        }
        expect(whole.payload.subarray(0, packet.payload.length)).toEqual(packet.payload)
        expect(packet).toEqual({ ...whole, payload: packet.payload })
      }
    }
  })
})

describe('every link layer', () => {
  // Two decoders whose bytes around the frame differ find the same: nothing outside of it was read.
  const decoders = [0x00, 0xff].map((guard) => new FrameDecoder({}, null, { guard }))
  const staysInside = (frame: Uint8Array, linkType: number, capturedBytes: number): void => {
    const [first, second] = decoders.map((decoder) => decoder.decodeAll(frame, { linkType, capturedBytes }))
    expect(first).toEqual(second)
    for (const { status } of first!) {
      expect(['delivered', 'notIp', 'malformed', 'fragment']).toContain(status)
    }
  }

  it('never throws and reads nothing outside of the frame, on random bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DECODED),
        fc.uint8Array({ maxLength: 150 }),
        fc.nat(150),
        (linkType, frame, capturedBytes) => staysInside(frame, linkType, capturedBytes),
      ),
      { numRuns: 1500 },
    )
  })

  it('never throws and reads nothing outside of the frame, on damaged and cut frames', () => {
    const damage = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 })
    fc.assert(
      fc.property(
        fc.constantFrom(...carriers),
        damage,
        fc.nat(200),
        ([, linkType, frame], changes, capturedBytes) => {
          const damaged = frame.slice()
          for (const [at, value] of changes) if (at < frame.length) damaged[at] = value
          staysInside(damaged, linkType, capturedBytes)
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('is read in another one by its link type', () => {
    fc.assert(
      fc.property(fc.nat(70_000), fc.uint8Array({ maxLength: 60 }), (linkType, content) => {
        staysInside(pktapOf(linkType, content), 258, 100)
      }),
      { numRuns: 300 },
    )
  })
})

function pktapOf(linkType: number, content: Uint8Array): Uint8Array {
  const header = new Uint8Array(12)
  const view = new DataView(header.buffer)
  view.setUint32(0, 12, true)
  view.setUint32(4, 1, true)
  view.setUint32(8, linkType, true)
  const frame = new Uint8Array(12 + content.length)
  frame.set(header)
  frame.set(content, 12)
  return frame
}
