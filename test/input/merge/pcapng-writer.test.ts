import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CapturedPacket } from '../../../src/capture/captured-packet.js'
import { PcapngWriter } from '../../../src/input/merge/pcapng-writer.js'
import { readCapture } from '../../support/read-capture.js'

const packet = fc
  .record({
    tsSec: fc.oneof(fc.nat(0xffffffff), fc.integer({ min: 0, max: 8_640_000_000_000 - 1 })),
    tsNsec: fc.nat(999_999_999),
    isNanosecond: fc.boolean(),
    linkType: fc.constantFrom(0, 1, 113, 65_535),
    interfaceId: fc.nat(9),
    length: fc.nat(50),
    before: fc.nat(5),
    more: fc.nat(5),
  })
  .map(({ length, before, more, tsNsec, isNanosecond, ...fields }): CapturedPacket => {
    const units = isNanosecond ? 1 : 1000
    const to = before + length
    const originalBytes = length + more
    return {
      ...fields,
      recordFrom: 0,
      isNanosecond,
      tsNsec: Math.floor(tsNsec / units) * units,
      from: before,
      to,
      originalBytes,
    }
  })

it('PcapngWriter writes packets that read back as they were, taken in pieces of any size', () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => 100 + i)
  fc.assert(
    fc.property(
      fc.array(packet, { maxLength: 12 }),
      fc.integer({ min: 1, max: 200 }),
      fc.constantFrom(1, 2, 3, 99),
      (packets, pieceBytes, maxInterfaces) => {
        const writer = new PcapngWriter(maxInterfaces)
        const pieces: Uint8Array[] = []
        const takeAll = () => {
          while (!writer.isEmpty) {
            const piece = new Uint8Array(pieceBytes + 1)
            const count = writer.take(piece, 1)
            pieces.push(piece.subarray(1, 1 + count))
          }
        }
        for (const [i, each] of packets.entries()) {
          expect(writer.hasRoom).toBe(true)
          writer.add(each, bytes, each.interfaceId % 3)
          if (i % 3 === 0) takeAll()
        }
        takeAll()
        const {
          packets: read,
          interfaceIds,
          status,
        } = readCapture(Buffer.concat(pieces), undefined, { maxInterfaces })
        expect(status).toBe('end')
        // The same interface of the same source in one section has one number, and others have others.
        const kinds = packets.map(({ interfaceId, linkType, isNanosecond, tsSec }) =>
          JSON.stringify([interfaceId, linkType, isNanosecond, Math.floor(tsSec / 2 ** 32)]),
        )
        for (const [i, kind] of kinds.entries()) {
          for (const [k, other] of kinds.entries()) {
            if (interfaceIds[i] === interfaceIds[k]) expect(other).toBe(kind)
            else if (maxInterfaces > packets.length) expect(other).not.toBe(kind)
          }
        }
        expect(read.map((packet) => ({ ...packet, interfaceId: 0 }))).toEqual(
          packets.map(({ from, to, recordFrom: _, ...fields }) => ({
            ...fields,
            interfaceId: 0,
            frame: bytes.slice(from, to),
          })),
        )
      },
    ),
    { numRuns: 200 },
  )
})
