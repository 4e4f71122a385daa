import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocateRing, RECORD_WORDS, RingConsumer, RingProducer } from '../../src/ring/record-ring.js'
import { batches, isRecord, writeRecord } from './record-content.mjs'
import { startThread } from './threads.js'

const WAIT_MS = 1_000

const WRITE = { kind: 'write' }
const READ = { kind: 'read' }
const PUBLISH = { kind: 'publish' }
const RELEASE = { kind: 'release' }

describe('a ring within one thread', () => {
  it('gives what was written, in order, each once, and never more than it holds', () => {
    const operations = fc.array(fc.constantFrom(WRITE, WRITE, READ, READ, PUBLISH, RELEASE), {
      maxLength: 400,
    })
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 16), operations, (capacity, list) => {
        const shared = allocateRing(capacity)
        const producer = new RingProducer(shared)
        const consumer = new RingConsumer(shared)
        let written = 0
        let published = 0
        let read = 0
        for (const { kind } of list) {
          if (kind === 'write' && producer.free() > 0) {
            writeRecord(producer.words, producer.next(), written)
            producer.commit()
            written += 1
          } else if (kind === 'publish') {
            producer.publish()
            published = written
          } else if (kind === 'read') {
            const at = consumer.peek()
            expect(at >= 0).toBe(read < published)
            if (at < 0) continue
            expect(isRecord(consumer.words, at, read)).toBe(true)
            consumer.advance()
            read += 1
          } else if (kind === 'release') {
            consumer.release()
            expect(producer.free()).toBe(capacity - (written - read))
          }
          expect(producer.free()).toBeLessThanOrEqual(capacity - (written - read))
          expect(producer.free()).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('shows nothing that was not published, and gives back room when it is read empty', () => {
    const shared = allocateRing(4)
    const producer = new RingProducer(shared)
    const consumer = new RingConsumer(shared)
    for (let number = 0; number < 4; number++) {
      writeRecord(producer.words, producer.next(), number)
      producer.commit()
    }
    expect([producer.free(), consumer.peek()]).toEqual([0, -1])
    producer.publish()
    for (let number = 0; number < 4; number++) {
      expect(isRecord(consumer.words, consumer.peek(), number)).toBe(true)
      consumer.advance()
    }
    expect(consumer.peek()).toBe(-1)
    expect(producer.free()).toBe(4)
  })

  it('waits no longer than it is told to, on either end', () => {
    const shared = allocateRing(1)
    const producer = new RingProducer(shared)
    const consumer = new RingConsumer(shared)
    consumer.waitForRecord(1)
    producer.commit()
    expect(producer.free()).toBe(0)
    producer.waitForRoom(1)
    expect(consumer.peek()).toBeGreaterThanOrEqual(0)
  })

  it('has records that do not touch each other', () => {
    const producer = new RingProducer(allocateRing(8))
    const starts = Array.from({ length: 8 }, () => {
      const at = producer.next()
      producer.commit()
      return at
    })
    expect(starts.every((at, i) => i === 0 || at === starts[i - 1]! + RECORD_WORDS)).toBe(true)
    expect((starts[0]! * 4) % 64).toBe(0)
    expect(producer.next()).toBe(starts[0])
  })
})

// [records the ring holds, records that go through it]
it.each([
  [1, 20_000],
  [8, 200_000],
  [64, 600_000],
  [16_384, 2_000_000],
])('a ring of %d brings %d records to another thread, each as it was written', async (capacity, records) => {
  const shared = allocateRing(capacity)
  const { answer } = startThread('record-consumer.mjs', { shared, records, seed: capacity })
  const ring = new RingProducer(shared)
  const nextBatch = batches(capacity + 1)
  let left = nextBatch()
  for (let number = 0; number < records; number++) {
    while (ring.free() === 0) ring.waitForRoom(WAIT_MS)
    writeRecord(ring.words, ring.next(), number)
    ring.commit()
    left -= 1
    if (left > 0) continue
    ring.publish()
    left = nextBatch()
  }
  ring.publish()
  expect(await answer).toEqual({ wrong: 0, isEmpty: true })
  expect(ring.free()).toBe(capacity)
})
