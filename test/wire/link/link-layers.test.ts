import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EncapTable, EncapWriter } from '../../../src/wire/encap-table.js'
import { blankFrameCursor, Layer } from '../../../src/wire/frame-cursor.js'
import { innerLayer } from '../../../src/wire/link/layers.js'
import { linkLayer } from '../../../src/wire/link/link-layers.js'
import { concat } from '../../support/frames.js'
import { u32le } from '../../support/link-frames.js'
import { FrameDecoder, payloadText } from '../frame-decoder.js'
import { carriers } from './carriers.js'

const DECODED = Array.from({ length: 1000 }, (_, linkType) => linkType).filter(
  (linkType) => linkLayer(linkType) !== undefined,
)

describe('linkLayer()', () => {
  const examples = carriers.map(([name, linkType, frame, encap = { vlan: [], tunnel: [] }]) => ({
    name,
    linkType,
    frame,
    encap,
  }))
  it.each(examples)('finds the packet in $name', ({ linkType, frame, encap }) => {
    const { status, packet } = new FrameDecoder().decode(frame, { linkType })
    expect(status).toBe('delivered')
    expect(payloadText(packet)).toBe('hello')
    expect(packet).toMatchObject({ srcPort: 1024, dstPort: 53, originalPayloadBytes: 5, encap })
  })

  it('has an example for every link type', () => {
    const shown = new Set(examples.map(({ linkType }) => linkType))
    expect(DECODED.filter((linkType) => !shown.has(linkType))).toEqual([])
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

/** The bytes of `frame[0, capturedBytes)` in the middle of others; reading one of those throws. */
function guarded(frame: Uint8Array, capturedBytes: number): { bytes: Uint8Array; from: number; to: number } {
  const from = 100
  const to = from + Math.min(capturedBytes, frame.length)
  const all = new Uint8Array(to + 100).fill(0xff)
  all.set(frame.subarray(0, to - from), from)
  const bytes = new Proxy(all, {
    get(target, key) {
      const at = Number(key)
      if (!(at >= from && at < to)) throw new Error(`read ${String(key)}, outside of ${from} to ${to}`)
      return target[at]
    },
  })
  return { bytes, from, to }
}

/** Decodes from the link layer to IP, or to where there is none, all packets of the frame. Returns where each ends. */
function walk(linkType: number, frame: Uint8Array, capturedBytes: number): number[] {
  const { bytes, from, to } = guarded(frame, capturedBytes)
  const encaps = new EncapWriter(EncapTable.allocate(1))
  const cursor = { ...blankFrameCursor(encaps), at: from, to, wireTo: from + frame.length }
  const ends: number[] = []
  let layer = linkLayer(linkType)!(bytes, cursor)
  for (;;) {
    for (let depth = 1; layer > Layer.IP && depth < 16; depth++) layer = innerLayer(layer)(bytes, cursor)
    if (cursor.to > to || cursor.wireTo > from + frame.length) throw new Error('the frame grew')
    ends.push(layer)
    if (cursor.moreAt < 0) return ends
    encaps.clear()
    Object.assign(cursor, { at: cursor.moreAt, to: cursor.moreTo, wireTo: cursor.moreWireTo, moreAt: -1 })
    layer = Layer.AMSDU
  }
}

describe('every link layer', () => {
  it('has a number of its own', () => {
    const numbers = Object.values(Layer)
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(Math.max(...numbers)).toBe(numbers.length - 1)
  })

  it('never throws and reads nothing outside of the frame, on random bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DECODED),
        fc.uint8Array({ maxLength: 150 }),
        fc.nat(150),
        (linkType, frame, capturedBytes) => {
          walk(linkType, frame, capturedBytes)
        },
      ),
      { numRuns: 3000 },
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
          walk(linkType, damaged, capturedBytes)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('reads nothing outside of the frame for any length that was captured', () => {
    for (const [, linkType, frame] of carriers) {
      for (let capturedBytes = 0; capturedBytes <= frame.length; capturedBytes++) {
        walk(linkType, frame, capturedBytes)
      }
    }
  })

  it('is found in another one by its link type, if there is such a one', () => {
    const known = pktap(101, Uint8Array.of(0x45))
    const unknown = pktap(0xffff_ffff, Uint8Array.of(0x45))
    expect(walk(PKTAP, known, known.length)).toEqual([Layer.IP])
    expect(walk(PKTAP, unknown, unknown.length)).toEqual([Layer.UNKNOWN])
  })
})

const PKTAP = 258

function pktap(linkType: number, content: Uint8Array): Uint8Array {
  return concat(u32le(12), u32le(1), u32le(linkType), content)
}
