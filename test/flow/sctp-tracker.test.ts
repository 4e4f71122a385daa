import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { blankFlowPacket } from '../../src/flow/flow-packet.js'
import { SctpTracker } from '../../src/flow/sctp-tracker.js'
import { Delivery } from '../../src/stream/delivery.js'
import { HeldStore } from '../../src/stream/held-store.js'
import { OUTSIDE_KINDS, type OutsideKind } from '../../src/stream/outside.js'
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
  readonly #delivery: Delivery
  #number = 0

  constructor(limits = { heldSegments: 1000, heldBytes: 1_000_000 }) {
    const sink = {
      data: (half: number, bytes: Uint8Array, from: number, to: number) => {
        this.streams[half & 1 ? 1 : 0] += Buffer.from(bytes.subarray(from, to)).toString()
      },
      gap: (half: number, _offset: number, length: number) => {
        this.streams[half & 1 ? 1 : 0] += `[${length}]`
      },
    }
    this.#delivery = new Delivery(this.table, sink, copiedSegments(this.table))
    this.tracker = new SctpTracker(
      this.table,
      this.#delivery,
      new HeldStore(pageArena(64), new MemorySpill()),
      limits,
    )
  }

  /** @param tag Verification Tag. */
  send(side: 0 | 1, chunks: readonly number[][], at = 0, tag = 5): void {
    const bytes = Uint8Array.from([0, 1, 0, 2, 0, 0, 0, tag, 0, 0, 0, 0, ...chunks.flat()])
    this.#number += 1
    this.table.packets[2 * this.connection + side]! += 1
    const packet = Object.assign(blankFlowPacket(), {
      number: this.#number,
      payloadFrom: 12,
      payloadBytes: bytes.length - 12,
      originalPayloadBytes: bytes.length - 12,
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

  outside(kind: OutsideKind): number {
    return this.#delivery.outsideBytes[OUTSIDE_KINDS.indexOf(kind)]!
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

  it('has a gap where a chunk was lost, 500 ms after the receiver has told that it has it', () => {
    const association = new Association()
    association.send(0, [dataChunk(1, 'a')])
    association.send(0, [dataChunk(3, 'c')])
    association.send(0, [dataChunk(4, 'd')], 900)
    association.send(1, [sackChunk(4)], 901)
    association.send(1, [sackChunk(4)], 1400)
    expect(association.streams[0]).toBe('a')
    association.send(1, [sackChunk(4)], 1401)
    expect(association.streams[0]).toBe('a[0]cd')
    association.send(0, [dataChunk(2, 'late')], 1402)
    expect(association.counts(0)).toEqual([7, 3, 0, 0, 4])
  })

  it('has no gap where a chunk is recorded behind its acknowledgment', () => {
    const association = new Association()
    association.send(0, [dataChunk(1, 'a')])
    association.send(0, [dataChunk(3, 'c')])
    association.send(1, [sackChunk(3)], 1200)
    association.send(0, [dataChunk(2, 'b')], 1201)
    expect(association.streams[0]).toBe('abc')
  })

  it('waits 5 s, or for 1 MiB, where nothing of the receiver was captured', () => {
    for (const [length, at] of [
      [1, 5000],
      [2 ** 20, 1],
    ] as const) {
      const association = new Association({ heldSegments: 1000, heldBytes: 2 ** 26 })
      association.send(0, [dataChunk(1, 'a')])
      for (let tsn = 3; tsn < 3 + length / 2 ** 14; tsn++)
        association.send(0, [dataChunk(tsn, 'x'.repeat(Math.min(length, 2 ** 14)))], at - 1)
      if (length === 1) {
        expect(association.streams[0]).toBe('a')
        association.send(0, [], 4999 + at)
      }
      expect(association.streams[0]).toMatch(/^a\[0\]x/)
    }
  })

  it('takes an INIT that is sent again for what it is, and the answer that its data is of', () => {
    const association = new Association()
    association.send(0, [initChunk(1)])
    association.send(0, [initChunk(1)])
    for (const tsn of [40, 60]) association.send(1, [initChunk(tsn, tsn)])
    for (const at of [0, 1]) association.send(0, [dataChunk(1, 'a')], at)
    association.send(1, [dataChunk(60, 'x')])
    association.send(0, [initChunk(1)])
    association.send(0, [dataChunk(1, 'a'), dataChunk(2, 'b')])
    expect([association.end(), association.streams[1]]).toEqual(['ab', 'x'])
    expect(association.counts(0)).toEqual([4, 2, 2, 0, 0])
  })

  it.each([
    ['from a TSN far away', 900_000_000],
    ['from the same TSN', 1],
  ])('begins anew with a Verification Tag that belongs to another INIT, %s', (_, tsn) => {
    const association = new Association()
    association.send(0, [initChunk(1)])
    association.send(0, [dataChunk(1, 'a')])
    association.send(0, [initChunk(tsn, 8)])
    association.send(0, [dataChunk(2, 'b')])
    association.send(0, [dataChunk(tsn + 1, 'y')], 1, 6)
    association.send(0, [dataChunk(3, 'c')])
    association.send(0, [dataChunk(tsn, 'x')], 1, 6)
    expect(association.end()).toBe('abxy')
    expect(association.counts(0)).toEqual([5, 4, 0, 0, 1])
  })

  it('has no part in a packet with a Verification Tag that nothing confirms', () => {
    const association = new Association()
    association.send(0, [dataChunk(1, 'a')])
    association.send(0, [dataChunk(2, 'EVIL'), dataChunk(3, 'EVIL')], 0, 66)
    for (const at of [1, 2]) association.send(0, [dataChunk(2, 'EVIL')], at, 67)
    association.send(0, [dataChunk(2, 'b')])
    expect(association.end()).toBe('ab')
    expect(association.counts(0)).toEqual([18, 2, 0, 0, 16])
  })

  it.each([
    ['another Verification Tag', 6, 2],
    ['TSNs far away', 5, 900_000_000],
  ])('goes on behind a gap where a second packet confirms %s', (_, tag, tsn) => {
    const association = new Association()
    association.send(0, [dataChunk(1, 'a'), dataChunk(3, 'c')])
    association.send(0, [dataChunk(tsn + 3, 'z'), dataChunk(tsn, 'w')], 0, tag)
    association.send(0, [dataChunk(tsn + 1, 'x')], 1, tag)
    association.send(0, [dataChunk(tsn + 2, 'y')], 2, tag)
    expect(association.end()).toBe('a[0]c[0]wxyz')
    expect(association.counts(0)).toEqual([6, 6, 0, 0, 0])
  })

  it('counts what comes before its first chunk as that', () => {
    const association = new Association()
    for (const tsn of [3, 2, 4]) association.send(0, [dataChunk(tsn, 'abc')])
    expect(association.counts(0)).toEqual([9, 6, 0, 0, 3])
    expect(association.outside('before_start')).toBe(3)
  })

  it('counts the bytes that differ, whether the first copy was delivered or is held', () => {
    for (const isHeld of [false, true]) {
      const association = new Association()
      association.send(0, [initChunk(1)])
      if (!isHeld) association.send(0, [dataChunk(1, '.')])
      association.send(0, [dataChunk(2, 'abcd')])
      association.send(0, [dataChunk(2, 'aXcYz')])
      association.send(0, [dataChunk(2, 'ab')])
      if (isHeld) association.send(0, [dataChunk(1, '.')])
      expect(association.end()).toBe('.abcd')
      expect(association.counts(0)).toEqual([12, 5, 4, 2, 1])
    }
  })

  it('compares with the latest 256 chunks, and takes what is before them for the same', () => {
    const association = new Association()
    for (let tsn = 1; tsn <= 300; tsn++) association.send(0, [dataChunk(tsn, 'a')])
    for (const tsn of [44, 45]) association.send(0, [dataChunk(tsn, 'b')])
    expect(association.counts(0)).toEqual([302, 300, 1, 1, 0])
    expect(association.tracker.repeated.conflictWindowHits).toBe(1)
  })

  it('holds very many chunks that come backwards, within its memory', { timeout: 20_000 }, () => {
    const association = new Association({ heldSegments: 262_144, heldBytes: 2 ** 26 })
    association.send(0, [initChunk(1)])
    for (let tsn = 400_000; tsn > 0; tsn -= 40)
      association.send(
        0,
        Array.from({ length: 40 }, (_, i) => dataChunk(tsn - i, '')),
      )
    expect(association.tracker.heldMemoryHits).toBeGreaterThan(0)
    expect(association.end()).not.toBe('')
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

  it('is none under headers that a program made up, with the tag and the TSN 0: every message is new', () => {
    const association = new Association()
    for (const text of ['one ', 'two ', 'two ', 'three']) association.send(0, [dataChunk(0, text)], 0, 0)
    expect(association.end()).toBe('one two two three')
    expect(association.counts(0)).toEqual([17, 17, 0, 0, 0])
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
