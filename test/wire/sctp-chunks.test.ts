import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SctpChunks } from '../../src/wire/sctp-chunks.js'
import {
  dataChunk,
  forwardChunk,
  initChunk,
  interleavedChunk,
  sackChunk,
  sctpChunk,
} from '../support/sctp.js'

function read(packet: readonly number[], captured = packet.length) {
  const bytes = Uint8Array.from([9, 9, 9, ...packet])
  const chunks = new SctpChunks()
  chunks.begin(bytes, 3, 3 + captured, bytes.length)
  const found: unknown[] = []
  while (chunks.next()) {
    const { type, tsn, dataFrom, dataTo, cut } = chunks
    found.push([type, tsn, Buffer.from(bytes.subarray(dataFrom, dataTo)).toString(), cut])
  }
  return found
}

describe('chunks of an SCTP packet', () => {
  it.each([
    ['no chunk', [], []],
    ['DATA', dataChunk(5, 'abc'), [[0, 5, 'abc', 0]]],
    ['a TSN above 2^31', dataChunk(0xffff_ffff, 'x'), [[0, -1, 'x', 0]]],
    ['I-DATA', interleavedChunk(6, 'abcd'), [[64, 6, 'abcd', 0]]],
    ['INIT', initChunk(77), [[1, 77, '', 0]]],
    ['SACK', sackChunk(8), [[3, 8, '', 0]]],
    ['FORWARD-TSN', forwardChunk(9), [[192, 9, '', 0]]],
    [
      'a heartbeat between',
      [...dataChunk(1, 'a'), ...sctpChunk(4, [1, 2, 3]), ...dataChunk(2, 'b')],
      [
        [0, 1, 'a', 0],
        [0, 2, 'b', 0],
      ],
    ],
    ['DATA without data', dataChunk(1, ''), [[0, 1, '', 0]]],
    ['a length below 4', [...dataChunk(1, 'a'), ...sctpChunk(0, [], 3, 3)], [[0, 1, 'a', 0]]],
    [
      'a length behind the packet',
      sctpChunk(0, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 65], 3, 999),
      [[0, 1, 'A\0\0\0', 0]],
    ],
    ['a DATA too short for a TSN', sctpChunk(0, [0, 0]), []],
  ])('are read of %s', (_, packet, expected) => {
    expect(read(packet)).toEqual(expected)
  })

  it('are cut where the capture ends', () => {
    const packet = [...dataChunk(1, 'abcdef'), ...dataChunk(2, 'x')]
    expect(read(packet, 18)).toEqual([[0, 1, 'ab', 4]])
    expect(read(packet, 10)).toEqual([[0, 1, '', 6]])
    expect(read(packet, 6)).toEqual([])
  })

  it('never throw, end, and stay within the packet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (packet, cut) => {
        const to = Math.max(0, packet.length - cut)
        const chunks = new SctpChunks()
        chunks.begin(packet, 0, to, packet.length)
        for (let count = 0; chunks.next(); count++) {
          expect(count).toBeLessThan(packet.length)
          expect(chunks.dataFrom).toBeLessThanOrEqual(chunks.dataTo)
          expect(chunks.dataTo).toBeLessThanOrEqual(to)
          expect(chunks.cut).toBeGreaterThanOrEqual(0)
          expect(chunks.dataTo + chunks.cut).toBeLessThanOrEqual(packet.length)
        }
      }),
    )
  })
})
