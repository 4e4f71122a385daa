import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { blankFlowPacket } from '../../src/flow/flow-packet.js'
import { SctpTracker } from '../../src/flow/sctp-tracker.js'
import { Delivery } from '../../src/stream/delivery.js'
import { HeldStore } from '../../src/stream/held-store.js'
import { MemorySpill } from '../stream/memory-spill.js'
import { pageArena } from '../support/pages.js'
import { copiedSegments } from '../support/recent.js'
import { dataChunk, forwardChunk, initChunk, sackChunk } from '../support/sctp.js'

/** One association, whose packets a test writes. */
class Association {
  readonly table = new ConnectionTable()
  readonly connection = this.table.allocate()
  readonly streams: [string, string] = ['', '']
  readonly tracker: SctpTracker

  constructor(limits = { heldSegments: 1000, heldBytes: 1_000_000 }) {
    const sink = {
      data: (half: number, bytes: Uint8Array, from: number, to: number) => {
        this.streams[half & 1 ? 1 : 0] += Buffer.from(bytes.subarray(from, to)).toString()
      },
      gap: (half: number, _offset: number, length: number) => {
        this.streams[half & 1 ? 1 : 0] += `[${length}]`
      },
    }
    const delivery = new Delivery(this.table, sink, copiedSegments(this.table))
    this.tracker = new SctpTracker(
      this.table,
      delivery,
      new HeldStore(pageArena(64), new MemorySpill()),
      limits,
    )
  }

  send(side: 0 | 1, chunks: readonly number[][], at = 0): void {
    const bytes = Uint8Array.from(chunks.flat())
    const packet = Object.assign(blankFlowPacket(), {
      payloadBytes: bytes.length,
      originalPayloadBytes: bytes.length,
      tsSec: Math.floor(at / 1000),
      tsNsec: (at % 1000) * 1e6,
    })
    this.tracker.packet(this.connection, side, bytes, packet)
  }

  end(): string {
    this.tracker.flush(this.connection)
    this.tracker.release(this.connection)
    return this.streams[0]
  }

  counts(half: number): number[] {
    const { capturedBytes, payloadBytes, repeatedBytes, conflictBytes, outsideBytes } = this.table
    return [capturedBytes, payloadBytes, repeatedBytes, conflictBytes, outsideBytes].map(
      (column) => column[half]!,
    )
  }
}

describe('an SCTP association', () => {
  it('has its user data in the order of TSNs, once', () => {
    const association = new Association()
    association.send(0, [initChunk(0xffff_ffff)])
    association.send(0, [dataChunk(1, 'ccc')])
    association.send(0, [dataChunk(0xffff_ffff, 'a')])
    association.send(0, [dataChunk(0, 'bb'), dataChunk(1, 'ccc')])
    association.send(1, [sackChunk(1)])
    expect(association.streams[0]).toBe('abbccc')
    expect(association.counts(0)).toEqual([9, 6, 3, 0, 0])
  })

  it('has a gap where a chunk was lost, once the receiver had it and 500 ms are over', () => {
    const association = new Association()
    association.send(0, [dataChunk(1, 'a')])
    association.send(0, [dataChunk(3, 'c')])
    association.send(0, [dataChunk(4, 'd')], 900)
    expect(association.streams[0]).toBe('a')
    association.send(1, [sackChunk(4)], 901)
    expect(association.streams[0]).toBe('a[0]cd')
    association.send(0, [dataChunk(2, 'late')], 902)
    expect(association.counts(0)).toEqual([7, 3, 0, 0, 4])
  })

  it.each([
    ['the same', 'b', [3, 2, 1, 0, 0]],
    ['other content', 'X', [3, 2, 0, 1, 0]],
  ])('counts a chunk that comes again with %s', (_, again, counts) => {
    for (const isHeld of [false, true]) {
      const association = new Association()
      association.send(0, [initChunk(1)])
      if (!isHeld) association.send(0, [dataChunk(1, 'a')])
      association.send(0, [dataChunk(2, 'b')])
      association.send(0, [dataChunk(2, again)])
      if (isHeld) association.send(0, [dataChunk(1, 'a')])
      expect(association.end()).toBe('ab')
      expect(association.counts(0)).toEqual(counts)
    }
  })

  it('skips what the sender has given up', () => {
    const association = new Association()
    association.send(0, [dataChunk(1, 'a'), dataChunk(3, 'c'), dataChunk(6, 'f')])
    association.send(0, [forwardChunk(5)])
    expect(association.streams[0]).toBe('acf')
  })

  it('begins anew with data of the TSN that another INIT has told', () => {
    const association = new Association()
    association.send(0, [initChunk(1), dataChunk(1, 'a'), dataChunk(3, 'c')])
    association.send(0, [initChunk(900)])
    association.send(0, [dataChunk(900, 'z')])
    expect(association.end()).toBe('a[0]cz')
  })

  it('has no part in TSNs far away', () => {
    const association = new Association()
    association.send(0, [dataChunk(1, 'a'), dataChunk(0x7000_0000, 'bbb')])
    expect(association.end()).toBe('a')
    expect(association.counts(0)).toEqual([4, 1, 0, 0, 3])
  })

  it.each([
    ['heldSegments', { heldSegments: 1, heldBytes: 100 }, [1, 0]],
    ['heldBytes', { heldSegments: 100, heldBytes: 3 }, [0, 1]],
  ])('gives up a gap at the limit of %s', (_, limits, hits) => {
    const association = new Association(limits)
    association.send(0, [dataChunk(1, 'a'), dataChunk(3, 'cc'), dataChunk(5, 'ee')])
    expect(association.streams[0]).toBe('a[0]cc')
    expect([association.tracker.heldSegmentsHits, association.tracker.heldBytesHits]).toEqual(hits)
  })

  it('delivers and accounts for every byte of any order, with copies', () => {
    const order = fc
      .integer({ min: 1, max: 30 })
      .chain((count) =>
        fc
          .array(fc.nat(count - 1), { maxLength: 20 })
          .chain((again) =>
            fc.shuffledSubarray([...Array(count).keys(), ...again], { minLength: count + again.length }),
          ),
      )
    fc.assert(
      fc.property(order, fc.integer(), (tsns, first) => {
        const association = new Association()
        association.send(0, [initChunk(first)])
        for (const tsn of tsns) association.send(0, [dataChunk(first + tsn, `<${tsn}>`)])
        const all = [...new Set(tsns)].sort((a, b) => a - b).map((tsn) => `<${tsn}>`)
        expect(association.end()).toBe(all.join(''))
        const [captured, payload, repeated, conflicts, outside] = association.counts(0)
        expect(captured).toBe(payload! + repeated!)
        expect([conflicts, outside]).toEqual([0, 0])
      }),
    )
  })
})
