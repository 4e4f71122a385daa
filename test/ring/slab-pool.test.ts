import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../fixtures/generator/random.mjs'
import { allocateRing, RingProducer } from '../../src/ring/record-ring.js'
import { passEpoch, SlabPool } from '../../src/ring/slab-pool.js'
import { startThread } from './threads.js'

const HEADROOM_BYTES = 64
const READ_BYTES = 192
const WAIT_MS = 1_000

const words = (count: number) => new SharedArrayBuffer(4 * count)

/** Takes slabs until there is none. */
function takeAll(pool: SlabPool): number[] {
  const taken: number[] = []
  for (let slab = pool.tryTake(); slab >= 0; slab = pool.tryTake()) taken.push(slab)
  return taken
}

describe('a pool of slabs', () => {
  it('gives every slab once, apart from each other and within its memory', () => {
    const pool = new SlabPool(5, HEADROOM_BYTES, READ_BYTES, words(2))
    expect(pool.slabBytes).toBe(HEADROOM_BYTES + READ_BYTES)
    expect(takeAll(pool).sort((a, b) => a - b)).toEqual([0, 256, 512, 768, 1_024])
    expect(pool.bytes.length).toBe(5 * 256)
    expect(pool.bytes.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  it('gives a slab again when all workers have passed its epoch, and not before', () => {
    const passed = words(2)
    const view = new Int32Array(passed)
    const pool = new SlabPool(2, HEADROOM_BYTES, READ_BYTES, passed)
    const [a, b] = takeAll(pool) as [number, number]
    pool.giveBackAfter(1, [a])
    pool.giveBackAfter(2, [b])
    passEpoch(view, 0, 2)
    expect(pool.tryTake()).toBe(-1)
    passEpoch(view, 1, 1)
    expect([pool.tryTake(), pool.tryTake()]).toEqual([a, -1])
    passEpoch(view, 1, 2)
    expect([pool.tryTake(), pool.tryTake()]).toEqual([b, -1])
  })

  it('counts epochs beyond 2^31', () => {
    const passed = words(1)
    const pool = new SlabPool(1, HEADROOM_BYTES, READ_BYTES, passed)
    const slab = pool.tryTake()
    pool.giveBackAfter(2 ** 31 + 5, [slab])
    passEpoch(new Int32Array(passed), 0, 2 ** 31 + 4)
    expect(pool.tryTake()).toBe(-1)
    passEpoch(new Int32Array(passed), 0, 2 ** 31 + 5)
    expect(pool.tryTake()).toBe(slab)
  })

  it('waits no longer than it is told to, and not at all when nothing is to be waited for', () => {
    const pool = new SlabPool(1, HEADROOM_BYTES, READ_BYTES, words(2))
    pool.waitForPass(60_000)
    pool.giveBackAfter(1, [pool.tryTake()])
    pool.waitForPass(1)
    expect(pool.tryTake()).toBe(-1)
  })

  it('never gives a slab that is in use, and loses none, against a model', () => {
    const step = fc.oneof(
      fc.constant({ kind: 'take' as const, worker: 0 }),
      fc.constant({ kind: 'end' as const, worker: 0 }),
      fc.nat(2).map((worker) => ({ kind: 'pass' as const, worker })),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 200 }), (slabs, steps) => {
        const passed = words(3)
        const view = new Int32Array(passed)
        const pool = new SlabPool(slabs, HEADROOM_BYTES, READ_BYTES, passed)
        const usedUntil = new Map<number, number>() // slab -> the epoch it is used in; 0: held
        let epoch = 0
        const isUsed = (until: number) => until === 0 || view.some((done) => done < until)
        for (const { kind, worker } of steps) {
          if (kind === 'take') {
            const slab = pool.tryTake()
            const used = [...usedUntil.values()].filter(isUsed).length
            expect(slab >= 0).toBe(used < slabs)
            if (slab < 0) continue
            expect(isUsed(usedUntil.get(slab) ?? -1)).toBe(false)
            usedUntil.set(slab, 0)
          } else if (kind === 'end') {
            epoch += 1
            const held = [...usedUntil].filter(([, until]) => until === 0).map(([slab]) => slab)
            pool.giveBackAfter(epoch, held)
            for (const slab of held) usedUntil.set(slab, epoch)
          } else if (view[worker]! < epoch) {
            passEpoch(view, worker, view[worker]! + 1)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

it('no slab changes while one of three threads still uses it', async () => {
  const workers = 3
  const slabs = 4
  const epochs = 6_000
  const passed = words(workers)
  const pool = new SlabPool(slabs, HEADROOM_BYTES, READ_BYTES, passed)
  const content = new Uint32Array(pool.bytes.buffer)
  const shared = Array.from({ length: workers }, () => allocateRing(16))
  const rings = shared.map((ring) => new RingProducer(ring))
  const threads = shared.map((ring, worker) =>
    startThread('slab-user.mjs', {
      ring,
      memory: pool.bytes.buffer,
      passed,
      worker,
      slabBytes: pool.slabBytes,
    }),
  )
  const send = (ring: RingProducer, ...record: number[]) => {
    while (ring.free() === 0) ring.waitForRoom(WAIT_MS)
    ring.words.set(record, ring.next())
    ring.commit()
    ring.publish()
  }
  const [END, SLAB, END_OF_EPOCH] = [0, 1, 2]
  const random = new Random(17)
  let sent = 0
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const used: number[] = []
    for (let count = random.between(1, 2); count > 0; count--) {
      let slab = pool.tryTake()
      while (slab < 0) {
        pool.waitForPass(WAIT_MS)
        slab = pool.tryTake()
      }
      sent += 1
      content.fill(sent, slab / 4, (slab + pool.slabBytes) / 4)
      used.push(slab)
      for (const ring of rings) if (random.chance(0.7)) send(ring, SLAB, slab, sent)
    }
    for (const ring of rings) send(ring, END_OF_EPOCH, epoch)
    pool.giveBackAfter(epoch, used)
  }
  for (const ring of rings) send(ring, END)
  const answers = await Promise.all(threads.map(({ answer }) => answer))
  for (const answer of answers) expect(answer).toMatchObject({ wrong: 0 })
  for (const answer of answers as { looked: number }[]) expect(answer.looked).toBeGreaterThan(epochs)
  expect(takeAll(pool)).toHaveLength(slabs)
})
