import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { toMemory } from '../../../fixtures/generator/byte-output.mjs'
import { PcapngWriter, PcapWriter } from '../../../fixtures/generator/capture-writers.mjs'
import { fragments } from '../../../fixtures/generator/fragments.mjs'
import { endpoint, ethernet, ip, UDP, udp } from '../../../fixtures/generator/packets.mjs'
import { Random } from '../../../fixtures/generator/random.mjs'
import { DEFAULT_LIMITS } from '../../../src/config/config.js'
import { blankFlowPacket } from '../../../src/flow/flow-packet.js'
import { DatagramSpace } from '../../../src/pipeline/line/datagram-space.js'
import { controlNumber, RecordKind, readPacket, recordKind } from '../../../src/pipeline/line/descriptor.js'
import { Dispatcher } from '../../../src/pipeline/line/dispatcher.js'
import { Feeder, StoppedError } from '../../../src/pipeline/line/feeder.js'
import { readWindow } from '../../../src/pipeline/line/window-records.js'
import { allocateRing, RingConsumer, RingProducer } from '../../../src/ring/record-ring.js'
import { passEpoch, SlabPool } from '../../../src/ring/slab-pool.js'
import { EncapTable, EncapWriter } from '../../../src/wire/encap-table.js'
import { PacketDecoder } from '../../../src/wire/packet-decoder.js'
import { hashKey } from '../../support/hash-key.js'
import { PiecewiseSource } from '../../support/piecewise-source.js'

/** Room for a reassembled datagram, and for any record of these captures. */
const HEADROOM_BYTES = 136 * 1024

interface Sizes {
  readonly workers: number
  readonly ringRecords: number
  readonly slabs: number
  readonly readBytes: number
}

// A pool and a ring whose workers work while somebody waits for them.
class WorkedPool extends SlabPool {
  work = () => {}

  // What was there before is spoiled, so that nobody can still use it.
  override tryTake(): number {
    const slab = super.tryTake()
    if (slab >= 0) this.bytes.fill(0xee, slab, slab + this.slabBytes)
    return slab
  }

  override waitForPass(): void {
    this.work()
  }
}
class WorkedRing extends RingProducer {
  work = () => {}

  override waitForRoom(): void {
    this.publish()
    this.work()
  }
}

/** A feeder and what it feeds, with workers that do their work when the feeder gives way or waits. */
function setUp({ workers, ringRecords, slabs, readBytes }: Sizes, stopAt = Number.POSITIVE_INFINITY) {
  const passed = new SharedArrayBuffer(4 * workers)
  const pool = new WorkedPool(slabs, HEADROOM_BYTES, readBytes, passed)
  const shared = Array.from({ length: workers }, () => allocateRing(ringRecords))
  const rings = shared.map((ring) => new WorkedRing(ring))
  const consumers = shared.map((ring) => new RingConsumer(ring))
  const space = new DatagramSpace(pool)
  const decoder = new PacketDecoder({
    decap: true,
    limits: DEFAULT_LIMITS,
    encaps: new EncapWriter(EncapTable.allocate(8)),
    space,
    linkType: null,
  })
  const dispatcher = new Dispatcher(pool, rings, decoder, space, hashKey(99))
  const payloads = new Map<number, string>()
  const frames: PlacedFrame[] = []
  const packet = blankFlowPacket()
  const work = () => {
    for (const [worker, consumer] of consumers.entries()) {
      for (let at = consumer.peek(); at >= 0; at = consumer.peek()) {
        const { words } = consumer
        if (recordKind(words, at) === RecordKind.END_OF_EPOCH) {
          passEpoch(new Int32Array(passed), worker, controlNumber(words, at))
        } else if (recordKind(words, at) === RecordKind.PACKET) {
          readPacket(words, at, packet)
          const { payloadFrom, payloadBytes, number } = packet
          const text = Buffer.from(pool.bytes.subarray(payloadFrom, payloadFrom + payloadBytes)).toString()
          payloads.set(number, text)
          const { frameFrom, frameBytes, input, inputBase } = packet
          const frame = Buffer.from(pool.bytes.subarray(frameFrom, frameFrom + frameBytes))
          frames.push({ input, offset: inputBase + frameFrom, frame })
        } else if (recordKind(words, at) === RecordKind.WINDOW) {
          readWindow(words, at, packet)
        }
        consumer.advance()
      }
    }
  }
  for (const waited of [pool, ...rings]) waited.work = work
  let checks = 0
  const checkpoint = () => {
    checks += 1
    if (checks === stopAt) throw new StoppedError('for the test')
    work()
  }
  const feeder = new Feeder({ pool, rings, dispatcher, space, work: () => {}, checkpoint })
  return { pool, feeder, dispatcher, space, payloads, frames, work }
}

/** A frame as a worker sees it. */
interface PlacedFrame {
  readonly input: number
  /** In its input. */
  readonly offset: number
  readonly frame: Buffer
}

interface Capture {
  readonly bytes: Buffer
  /** Payload by the number of the packet that completes it. */
  readonly payloads: ReadonlyMap<number, string>
}

/** Datagrams of all sizes, some of them in fragments. */
function datagrams(format: 'pcap' | 'pcapng', count: number, fragmented: number, seed: number): Capture {
  const random = new Random(seed)
  const payloads = new Map<number, string>()
  let number = 0
  const bytes = toMemory((output) => {
    const writer = format === 'pcap' ? new PcapWriter(output) : new PcapngWriter(output)
    for (let i = 0; i < count; i++) {
      const isV6 = random.chance(0.5)
      const src = endpoint(isV6 ? `2001:db8::${i + 1}` : `10.0.0.${i + 1}`, 1_000 + i)
      const dst = endpoint(isV6 ? '2001:db8::5:3' : '10.0.1.1', 53)
      const size = random.chance(0.2) ? random.below(8) : random.below(1_400)
      const payload = `${i}:${'abcdefghij'.repeat(140)}`.slice(0, size)
      const whole = ip(src, dst, UDP, udp(src, dst, Buffer.from(payload)), { id: i })
      const parts = random.chance(fragmented) ? fragments(whole, 300, i + 1) : [whole]
      for (const part of parts) {
        const frame = ethernet(src, dst, part)
        output.bytes.set(frame, writer.begin())
        writer.end(frame.length, 1_709_631_000, number * 1_000)
        number += 1
      }
      payloads.set(number, payload)
    }
  })
  return { bytes, payloads }
}

/** Slabs that can be taken when all work is done. */
function freeSlabs(pool: SlabPool): number {
  let count = 0
  while (pool.tryTake() >= 0) count += 1
  return count
}

const OPTIONS = { maxInterfaces: 10 }

describe('the feeder', () => {
  const captures: Capture[] = []
  beforeAll(() => {
    for (const format of ['pcap', 'pcapng'] as const) captures.push(datagrams(format, 40, 0, 1))
  })

  it('loses no packet and no byte of one where slabs and reads end, and gives every slab back', async () => {
    const sizes = fc.record({
      workers: fc.integer({ min: 1, max: 3 }),
      ringRecords: fc.constantFrom(16, 64),
      slabs: fc.integer({ min: 2, max: 5 }),
      readBytes: fc.oneof(fc.integer({ min: 20, max: 80 }), fc.integer({ min: 80, max: 9_000 })),
    })
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(1), async (sizes, seed, which) => {
        const { bytes, payloads } = captures[which]!
        const run = setUp(sizes)
        const source = new PiecewiseSource(bytes, seed)
        const reader = await run.feeder.feed(source, 'a', 0, OPTIONS)
        run.work()
        expect(reader.problem).toBe(null)
        expect(run.payloads).toEqual(payloads)
        expect(run.dispatcher.packets).toMatchObject({ read: payloads.size, delivered: payloads.size })
        expect(source.isClosed).toBe(true)
        expect(freeSlabs(run.pool)).toBe(sizes.slabs)
      }),
      { numRuns: 60 },
    )
  })

  it('tells workers where each frame stands in its input, wherever slabs end, a completing fragment too', async () => {
    const inputs = [datagrams('pcap', 40, 0.3, 3).bytes, datagrams('pcapng', 40, 0.3, 4).bytes]
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 400, max: 9_000 }), fc.nat(), async (readBytes, seed) => {
        const run = setUp({ workers: 1, ringRecords: 64, slabs: 5, readBytes })
        for (const [number, bytes] of inputs.entries())
          await run.feeder.feed(new PiecewiseSource(bytes, seed), 'a', number, OPTIONS)
        run.work()
        expect(run.frames.length).toBe(run.dispatcher.packets.delivered)
        expect(new Set(run.frames.map(({ input }) => input))).toEqual(new Set([0, 1]))
        for (const { input, offset, frame } of run.frames)
          expect(inputs[input]!.subarray(offset, offset + frame.length).equals(frame)).toBe(true)
        expect(run.frames.every(({ frame }) => frame.length >= 14 + 20)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('gives what a capture has that ends at any byte', async () => {
    const { bytes, payloads } = captures[0]!
    const part = bytes.subarray(0, 1_500)
    for (let length = 24; length < part.length; length += 7) {
      const run = setUp({ workers: 1, ringRecords: 64, slabs: 4, readBytes: 500 })
      await run.feeder.feed(new PiecewiseSource(part.subarray(0, length), length), 'a', 0, OPTIONS)
      run.work()
      expect(new Map([...payloads].slice(0, run.payloads.size))).toEqual(run.payloads)
      expect(freeSlabs(run.pool)).toBe(4)
    }
  })

  it('exchanges the space of reassembled datagrams before it is full, however often', async () => {
    // Every slab has room for the datagrams of one frame of the largest size only.
    const { bytes, payloads } = datagrams('pcapng', 60, 0.8, 2)
    for (const slabs of [4, 6]) {
      const run = setUp({ workers: 2, ringRecords: 64, slabs, readBytes: 3_000 })
      await run.feeder.feed(new PiecewiseSource(bytes, slabs), 'a', 0, OPTIONS)
      run.work()
      expect(run.payloads).toEqual(payloads)
      expect(run.dispatcher.packets.delivered).toBe(payloads.size)
      expect(freeSlabs(run.pool)).toBe(slabs - 1) // one is the space
    }
  })

  it('stops where it is told to, closes its source, and loses no slab', async () => {
    for (let stopAt = 1; stopAt < 12; stopAt++) {
      const sizes = { workers: 2, ringRecords: 16, slabs: 3, readBytes: 900 }
      const run = setUp(sizes, stopAt)
      const source = new PiecewiseSource(captures[0]!.bytes, stopAt)
      await expect(run.feeder.feed(source, 'a', 0, OPTIONS)).rejects.toThrow(StoppedError)
      run.work()
      expect([stopAt, source.isClosed, freeSlabs(run.pool)]).toEqual([stopAt, true, sizes.slabs])
    }
  })
})
