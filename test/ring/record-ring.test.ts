import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
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

  const setUp = (capacity: number) => {
    const shared = allocateRing(capacity)
    const [producer, consumer] = [new RingProducer(shared), new RingConsumer(shared)]
    const write = (records: number) => {
      for (let i = 0; i < records; i++) producer.commit()
    }
    const read = (records: number) => {
      for (let i = 0; i < records; i++) {
        expect(consumer.peek()).toBeGreaterThanOrEqual(0)
        consumer.advance()
      }
    }
    return { producer, consumer, write, read }
  }

  it('shows records by itself, 512 at a time', () => {
    const { consumer, write, read } = setUp(4096)
    for (let turn = 0; turn < 3; turn++) {
      write(511)
      expect(consumer.peek()).toBe(-1)
      write(1)
      read(512)
    }
    expect(consumer.peek()).toBe(-1)
  })

  it('gives back room by itself, a quarter at a time', () => {
    const { producer, write, read } = setUp(16)
    write(16)
    producer.publish()
    const free = Array.from({ length: 15 }, () => {
      read(1)
      return producer.free()
    })
    expect(free).toEqual([0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12])
  })

  it('wakes whoever waits, and calls nobody where there is nothing new', () => {
    const { producer, consumer, write, read } = setUp(8)
    const notified = vi.spyOn(Atomics, 'notify')
    const waits = vi.spyOn(Atomics, 'wait')
    const calls = () => notified.mock.calls.splice(0).map(([, word]) => word)
    write(3)
    producer.publish()
    expect(calls()).toEqual([0])
    producer.publish()
    expect(calls()).toEqual([])
    read(1)
    consumer.release()
    expect(calls()).toEqual([]) // nobody waits for room
    producer.free()
    waits.mockImplementationOnce((_state, word, value, timeout) => {
      expect([word, value, timeout]).toEqual([32, 1, 1_000])
      consumer.release() // nothing new
      expect(calls()).toEqual([])
      read(1)
      consumer.release()
      expect(calls()).toEqual([word])
      return 'ok'
    })
    producer.waitForRoom(1_000)
    read(1)
    consumer.release()
    expect(calls()).toEqual([])
    waits.mockImplementationOnce((_state, word, value, timeout) => {
      expect([word, value, timeout]).toEqual([0, 3, 7])
      return 'timed-out'
    })
    consumer.waitForRecord(7)
    expect(waits).toHaveBeenCalledTimes(2)
    vi.restoreAllMocks()
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
