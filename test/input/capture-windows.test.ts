import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toMemory } from '../../fixtures/generator/byte-output.mjs'
import { PcapngWriter, PcapWriter } from '../../fixtures/generator/capture-writers.mjs'
import { CaptureFormatError } from '../../src/errors.js'
import type { ByteSource } from '../../src/input/byte-source.js'
import { TwoAreas, type WindowAreas, windowsOf } from '../../src/input/capture-windows.js'
import { PacketCursor } from '../../src/input/packet-cursor.js'
import { PiecewiseSource } from '../support/piecewise-source.js'

const OPTIONS = { maxInterfaces: 10 }

/** Areas that are spoiled when they are taken, and told which are in use. */
class SpoiledAreas implements WindowAreas {
  readonly #areas: TwoAreas
  readonly inUse = new Set<number>()

  constructor(readBytes: number) {
    this.#areas = new TwoAreas(readBytes)
  }

  get bytes() {
    return this.#areas.bytes
  }

  get headroomBytes() {
    return this.#areas.headroomBytes
  }

  get readBytes() {
    return this.#areas.readBytes
  }

  async take(): Promise<number> {
    const area = this.#areas.take()
    expect(this.inUse.has(area), 'taken twice').toBe(false)
    this.inUse.add(area)
    this.bytes.fill(0xee, area, area + this.readBytes)
    return area
  }

  giveBack(areas: readonly number[]): void {
    for (const area of areas) expect(this.inUse.delete(area), 'given back twice').toBe(true)
  }
}

function captureOf(frames: readonly Uint8Array[], isPcapng: boolean): Uint8Array {
  return toMemory((output) => {
    const writer = isPcapng ? new PcapngWriter(output) : new PcapWriter(output)
    for (const [i, frame] of frames.entries()) {
      output.bytes.set(frame, writer.begin())
      writer.end(frame.length, 1_700_000_000 + i, 0)
    }
  })
}

async function framesOf(source: ByteSource, areas: WindowAreas, most = Number.POSITIVE_INFINITY) {
  const cursor = new PacketCursor(windowsOf(source, 'a.pcap', OPTIONS, areas), areas)
  const frames: Uint8Array[] = []
  try {
    while (frames.length < most) {
      const status = cursor.next()
      if (status === 'more') await cursor.fill()
      else if (status !== 'packet') break
      else frames.push(areas.bytes.slice(cursor.packet.from, cursor.packet.to))
    }
  } finally {
    await cursor.close()
  }
  return frames
}

describe('CaptureWindows', () => {
  const anyFrames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 30 })

  it('gives every packet whole, however the source gives its bytes and wherever areas end', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFrames,
        fc.boolean(),
        fc.integer({ min: 32, max: 2000 }),
        fc.nat(),
        async (frames, isPcapng, readBytes, seed) => {
          const areas = new SpoiledAreas(readBytes)
          const source = new PiecewiseSource(captureOf(frames, isPcapng), seed)
          expect(await framesOf(source, areas)).toEqual(frames)
          expect([source.isClosed, areas.inUse.size]).toEqual([true, 0])
        },
      ),
      { numRuns: 40 },
    )
  })

  it('carries a record over that is longer than an area', async () => {
    const frames = [new Uint8Array(100_000).fill(1), new Uint8Array(5).fill(2)]
    const areas = new SpoiledAreas(4096)
    expect(await framesOf(new PiecewiseSource(captureOf(frames, false), 1), areas)).toEqual(frames)
  })

  it('closes the source and gives the areas back where somebody stops early', async () => {
    const source = new PiecewiseSource(captureOf(Array(50).fill(new Uint8Array(100)), false), 2)
    const areas = new SpoiledAreas(256)
    expect(await framesOf(source, areas, 3)).toHaveLength(3)
    expect([source.isClosed, source.reads, areas.inUse.size]).toEqual([true, 0, 0])
  })

  it('closes the source and gives the areas back where the content is no capture', async () => {
    const source = new PiecewiseSource(Buffer.from('this is no capture at all, and never was one'), 3)
    const areas = new SpoiledAreas(32)
    await expect(framesOf(source, areas)).rejects.toThrow(CaptureFormatError)
    expect([source.isClosed, areas.inUse.size]).toEqual([true, 0])
  })
})
