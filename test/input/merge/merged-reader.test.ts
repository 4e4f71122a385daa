import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankCapturedPacket } from '../../../src/capture/captured-packet.js'
import { createCaptureReader } from '../../../src/capture/open-capture-reader.js'
import type { RecordPlace } from '../../../src/capture/record-place.js'
import { MergedReader } from '../../../src/input/merge/merged-reader.js'
import { MergedSource } from '../../../src/input/merge/merged-source.js'
import { PlaceQueue } from '../../../src/input/merge/place-queue.js'
import { openFile } from '../../../src/input/open-byte-source.js'
import { pcapFile } from '../../support/capture-writers.js'
import { READER_OPTIONS } from '../../support/read-capture.js'
import { drain } from '../drain.js'
import { INLINE } from '../inline-decompression.js'
import { temporaryFolder } from '../temporary-folder.js'

const folder = temporaryFolder()
let files = 0
const NSEC_PER_SEC = 1_000_000_000
const HEADER_BYTES = 24
const RECORD_BYTES = 17

/** A time in the capture, in nanoseconds. */
const time = fc.oneof(
  fc.nat(9).map((sec) => sec * NSEC_PER_SEC),
  fc.nat(9 * NSEC_PER_SEC),
)

function inputOf(times: readonly number[]) {
  const path = join(folder, `input-${files++}`)
  const packets = times.map((at) => ({
    tsSec: Math.floor(at / NSEC_PER_SEC),
    tsNsec: at % NSEC_PER_SEC,
    frame: Buffer.from('x'),
    originalBytes: 1,
  }))
  writeFileSync(path, pcapFile(packets, { magic: 0xa1b23c4d, nsecPerUnit: 1 }))
  return { input: { kind: 'file', path } as const, source: openFile(path, INLINE) }
}

interface Found extends RecordPlace {
  readonly time: number
}

async function placesOf(inputs: readonly (readonly number[])[]): Promise<Found[]> {
  const places = new PlaceQueue()
  const source = new MergedSource(inputs.map(inputOf), { maxInterfaces: 10 }, places)
  const bytes = await drain(source)
  const reader = new MergedReader(
    createCaptureReader(bytes, 0, bytes.length, 'merged', READER_OPTIONS),
    places,
  )
  reader.window(bytes, 0, bytes.length, true)
  const packet = blankCapturedPacket()
  const found: Found[] = []
  while (reader.next(packet) === 'packet')
    found.push({ ...reader.origin, time: packet.tsSec * NSEC_PER_SEC + packet.tsNsec })
  return found
}

describe('MergedReader', () => {
  it('says where each packet stands in its input', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(time, { maxLength: 8 }), { minLength: 1, maxLength: 5 }),
        async (inputs) => {
          const found = await placesOf(inputs)
          expect(found.map(({ rank }) => rank)).toEqual(found.map((_, i) => i + 1))
          for (const [number, times] of inputs.entries()) {
            const own = found.filter(({ input }) => input === number)
            expect(own.map((place) => place.time)).toEqual(times)
            expect(own.map(({ position }) => position)).toEqual(
              times.map((_, i) => HEADER_BYTES + i * RECORD_BYTES),
            )
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('says of late packets by how much: any of them are in order by that alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(time, { maxLength: 8 }), { minLength: 1, maxLength: 5 }),
        async (inputs) => {
          const found = await placesOf(inputs)
          const turnOf = ({ time, lateSec, lateNsec }: Found) => time + lateSec * NSEC_PER_SEC + lateNsec
          const inOrder = [...found].sort(
            (a, b) => turnOf(a) - turnOf(b) || a.input - b.input || a.position - b.position,
          )
          expect(found).toEqual(inOrder)
          for (const { lateSec, lateNsec } of found) {
            expect(lateSec).toBeGreaterThanOrEqual(0)
            expect(lateNsec).toBeGreaterThanOrEqual(0)
            expect(lateNsec).toBeLessThan(NSEC_PER_SEC)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('PlaceQueue', () => {
  it('gives places back in order, however many wait', () => {
    const number = fc.nat(2 ** 31)
    const place = fc.record({ input: fc.nat(65_535), position: number, lateSec: number, lateNsec: number })
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.nat(9_000), fc.nat(9_000)), { maxLength: 5 }), (steps) => {
        const queue = new PlaceQueue()
        const waiting: object[] = []
        const out = { input: 0, position: 0, rank: 0, lateSec: 0, lateNsec: 0 }
        let taken = 0
        for (const [place, added, wanted] of steps) {
          for (let i = 0; i < added; i++) {
            const next = { ...place, position: place.position + i }
            queue.add({ ...next, rank: 0 })
            waiting.push(next)
          }
          for (const next of waiting.splice(0, wanted)) {
            queue.take(out)
            taken += 1
            if (JSON.stringify({ ...next, rank: taken }) !== JSON.stringify({ ...sorted(out) }))
              expect({ ...out }).toEqual({ ...next, rank: taken })
          }
        }
      }),
      { numRuns: 30 },
    )
    expect(() => new PlaceQueue().take({ input: 0, position: 0, rank: 0, lateSec: 0, lateNsec: 0 })).toThrow(
      'bug',
    )
  })
})

function sorted({ input, position, lateSec, lateNsec, rank }: RecordPlace) {
  return { input, position, lateSec, lateNsec, rank }
}
