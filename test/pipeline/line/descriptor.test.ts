import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankFlowPacket, blankFlowQuote } from '../../../src/flow/flow-packet.js'
import {
  controlNumber,
  highestNsec,
  highestSec,
  packetNumber,
  RecordKind,
  readIcmpError,
  readPacket,
  recordKind,
  writeControl,
  writeHighestTime,
  writeIcmpError,
  writePacket,
} from '../../../src/pipeline/line/descriptor.js'
import {
  packetPlace,
  readableWindow,
  readWindow,
  recordPlace,
  writeRecordPlace,
  writeWindow,
} from '../../../src/pipeline/line/window-records.js'
import { RECORD_WORDS } from '../../../src/ring/record-ring.js'
import { blankTransportPacket } from '../../../src/wire/transport-packet.js'

const GARBAGE = 0xa5a5_a5a5
const MAX_48 = 2 ** 48 - 1
const MAX_40 = 2 ** 40 - 1

/** Memory with old content, and the record in its middle. */
function oldWords(): Uint32Array {
  return new Uint32Array(3 * RECORD_WORDS).fill(GARBAGE)
}

const u8 = fc.integer({ min: 0, max: 0xff })
const u16 = fc.oneof(fc.constantFrom(0, 0x7fff, 0x8000, 0xffff), fc.integer({ min: 0, max: 0xffff }))
const u32 = fc.oneof(
  fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
  fc.integer({ min: 0, max: 0xffff_ffff }),
)
const u20 = fc.oneof(fc.constantFrom(0, 1, 2 ** 20), fc.integer({ min: 0, max: 2 ** 20 }))
const i32 = u32.map((value) => value | 0)
const u48 = fc.oneof(
  fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, 2 ** 47, MAX_48),
  fc.integer({ min: 0, max: MAX_48 }),
)
const recordPlaces = fc.record({ input: u32, position: u48, rank: u48, lateSec: u48, lateNsec: u32 })
const u40 = fc.oneof(fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, MAX_40), fc.integer({ min: 0, max: MAX_40 }))

const ports = { protocol: u8, srcPort: u16, dstPort: u16 }
const tuple = fc.oneof(
  fc.record({ ...ports, ipVersion: fc.constant<4>(4), src: i32, dst: i32 }),
  fc.record({ ...ports, ipVersion: fc.constant<6>(6), src: u32, dst: u32 }),
)
const packet = fc
  .record({
    tuple,
    payloadFrom: u32.map((at) => Math.max(at, 2_047)),
    payloadBytes: u20,
    originalPayloadBytes: u32,
    seq: i32,
    ack: i32,
    tcpFlags: u8,
    window: u16,
    ipBytes: u32,
    encapId: u16,
    headerBytes: fc.integer({ min: 0, max: 2_047 }),
    ipFrom: u32,
    identification: u16,
    hopLimit: u8,
    linkType: fc.oneof(fc.constantFrom(0, 1, 276, 2_046), u16),
  })
  .map(({ tuple, headerBytes, ...rest }) => ({
    ...tuple,
    ...rest,
    transportFrom: rest.payloadFrom - headerBytes,
  }))
const frame = fc
  .record({
    from: u32.map((at) => Math.max(255, Math.min(at, 2 ** 32 - 2 ** 20))),
    bytes: u20,
    interfaceId: u32,
    recordBytes: u8,
  })
  .map(({ from, bytes, interfaceId, recordBytes }) => ({
    recordFrom: from - recordBytes,
    from,
    to: from + bytes,
    interfaceId,
    originalBytes: 3,
    linkType: 1,
  }))
const time = fc.record({
  tsSec: u48,
  tsNsec: fc.integer({ min: 0, max: 999_999_999 }),
  isNanosecond: fc.boolean(),
})

describe('the record of a packet', () => {
  it('gives back every field as it was written, and touches no other record', () => {
    fc.assert(
      fc.property(packet, time, frame, u8, i32, u40, (packet, time, frame, lastByte, hash, number) => {
        const words = oldWords()
        const captured = { ...time, ...frame }
        const transport = { ...packet, hasQuote: true, quoted: blankTransportPacket().quoted }
        writePacket(words, RECORD_WORDS, captured, transport, lastByte, hash, number)
        expect(recordKind(words, RECORD_WORDS)).toBe(RecordKind.PACKET)
        const out = blankFlowPacket()
        readPacket(words, RECORD_WORDS, out)
        expect(out).toEqual({
          ...blankFlowPacket(),
          ...packet,
          ...time,
          lastByte,
          hash,
          number,
          linkType: Math.min(packet.linkType, 2_047),
          frameFrom: frame.from,
          frameBytes: frame.to - frame.from,
          interfaceId: frame.interfaceId & 0xffff,
        })
        const others = [...words.subarray(0, RECORD_WORDS), ...words.subarray(2 * RECORD_WORDS)]
        expect(others.every((word) => word === GARBAGE)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the record of an ICMP error', () => {
  const quotes = fc.record({ tuple, seq: i32, hasSeq: fc.boolean(), hash: i32 })

  it('gives back the 5-tuple, sequence number, hash and time, and what copies of the error are found by', () => {
    fc.assert(
      fc.property(
        quotes,
        packet,
        time,
        frame,
        u40,
        ({ tuple, seq, hasSeq, hash }, packet, time, frame, number) => {
          const words = oldWords()
          const quoted = { ...tuple, seq, hasSeq }
          writeIcmpError(
            words,
            RECORD_WORDS,
            { ...time, ...frame },
            { ...packet, hasQuote: true, quoted },
            hash,
            number,
          )
          expect(recordKind(words, RECORD_WORDS)).toBe(RecordKind.ICMP_ERROR)
          const out = blankFlowQuote()
          readIcmpError(words, RECORD_WORDS, out)
          const { error, ...quote } = out
          const { tsSec, tsNsec } = time
          expect(quote).toEqual({ ...quoted, hash, tsSec, tsNsec })
          const { protocol, ipVersion, payloadFrom, payloadBytes, originalPayloadBytes, encapId } = packet
          const { ipFrom, identification, hopLimit, transportFrom } = packet
          expect(error).toEqual({
            ...blankFlowPacket(),
            number,
            ...{ protocol, ipVersion, payloadFrom, payloadBytes, originalPayloadBytes, encapId },
            ...{ ipFrom, identification, hopLimit, transportFrom, tsSec, tsNsec },
            linkType: Math.min(packet.linkType, 2_047),
            frameFrom: frame.from,
            frameBytes: frame.to - frame.from,
            interfaceId: frame.interfaceId & 0xffff,
          })
        },
      ),
    )
  })
})

describe('a control record', () => {
  const kinds = [RecordKind.SWEEP, RecordKind.END_OF_EPOCH, RecordKind.START_CAPTURE, RecordKind.END]

  it('gives back its numbers', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), u48, u40, time, (kind, number, packets, highest) => {
        const words = oldWords()
        writeControl(words, RECORD_WORDS, kind, number, packets)
        writeHighestTime(words, RECORD_WORDS, highest.tsSec, highest.tsNsec)
        expect(highestSec(words, RECORD_WORDS)).toBe(highest.tsSec)
        expect(highestNsec(words, RECORD_WORDS)).toBe(highest.tsNsec)
        expect(recordKind(words, RECORD_WORDS)).toBe(kind)
        expect(controlNumber(words, RECORD_WORDS)).toBe(number)
        expect(packetNumber(words, RECORD_WORDS)).toBe(packets)
      }),
    )
  })

  it('gives back where a packet stands', () => {
    fc.assert(
      fc.property(
        recordPlaces,
        u32,
        u40,
        fc.boolean(),
        recordPlaces,
        (place, index, number, isCut, fragment) => {
          const words = oldWords()
          writeControl(words, RECORD_WORDS, RecordKind.PLACE, place.position, number)
          writeRecordPlace(words, RECORD_WORDS, place, index, isCut)
          expect(recordPlace(words, RECORD_WORDS)).toEqual(place)
          const fragments = [fragment]
          const whole = { ...place, index, number, isCut, fragments }
          expect(packetPlace(words, RECORD_WORDS, fragments)).toEqual(whole)
        },
      ),
    )
  })

  it('tells of a window where its bytes stand in its input, before byte 0 of it too', () => {
    fc.assert(
      fc.property(u48, u32, u32, u32, u8, (offset, position, input, bytes, recordBytes) => {
        const words = oldWords()
        writeControl(words, RECORD_WORDS, RecordKind.WINDOW, offset, 5)
        writeWindow(words, RECORD_WORDS, position, input, bytes, recordBytes)
        const out = blankFlowPacket()
        readWindow(words, RECORD_WORDS, out)
        const base = offset - position
        expect(out).toEqual({ ...blankFlowPacket(), input, inputBase: base, recordBytes })
        const window = { from: position, to: position + bytes, input, base }
        expect(readableWindow(words, RECORD_WORDS)).toEqual(bytes === 0 ? null : window)
      }),
    )
  })
})
