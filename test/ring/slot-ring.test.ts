import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { allocateSlotRing, SlotConsumer, SlotProducer } from '../../src/ring/slot-ring.js'

const RESERVED = 3

it('gives what was put in, for any sizes of slots and reads', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ fill: fc.uint8Array({ maxLength: 20 }) }),
      fc.record({ read: fc.integer({ min: 1, max: 50 }) }),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const ring = allocateSlotRing(4, 20 + RESERVED, RESERVED)
      const producer = new SlotProducer(ring)
      const consumer = new SlotConsumer(ring)
      const waiting: number[] = [] // the model: bytes that were handed over and not read
      const slots: number[] = [] // and how many of them each slot holds
      for (const step of all) {
        if ('fill' in step) {
          expect(producer.hasFree()).toBe(slots.length < 4)
          if (!producer.hasFree() || step.fill.length === 0) continue
          const slot = producer.slots[producer.slot]!
          slot.fill(0xee)
          slot.set(step.fill, RESERVED)
          producer.publish(RESERVED + step.fill.length)
          waiting.push(...step.fill)
          slots.push(step.fill.length)
        } else {
          const target = new Uint8Array(step.read).fill(0xaa)
          const count = consumer.read(target)
          expect(count).toBe(Math.min(step.read, waiting.length))
          expect([...target.subarray(0, count)]).toEqual(waiting.splice(0, count))
          expect(target.subarray(count).every((byte) => byte === 0xaa)).toBe(true)
          for (let left = count; left > 0; ) {
            const take = Math.min(left, slots[0]!)
            left -= take
            slots[0]! -= take
            if (slots[0] === 0) slots.shift()
          }
        }
        expect(consumer.isEmpty).toBe(waiting.length === 0)
      }
    }),
  )
})

it('tells the producer once that the consumer waits', () => {
  const ring = allocateSlotRing(2, 8, 0)
  const producer = new SlotProducer(ring)
  const consumer = new SlotConsumer(ring)
  expect(producer.publish(1)).toBe(false)
  expect(consumer.tryWait()).toBe(false) // there is something already
  consumer.read(new Uint8Array(8))
  expect(consumer.tryWait()).toBe(true)
  expect([producer.publish(1), producer.hasFree(), producer.publish(1)]).toEqual([true, true, false])
  expect(producer.hasFree()).toBe(false)
  producer.waitForFree(1) // ends though nobody reads
})

it('waits for room until fewer slots than are allowed are full', () => {
  const ring = allocateSlotRing(4, 8, 0)
  const producer = new SlotProducer(ring)
  const waits = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out')
  for (let full = 1; full <= 4; full++) producer.publish(1)
  producer.waitForFree(5)
  producer.waitForFree(6, 1)
  // The count of emptied slots at which as many as are allowed are full.
  expect(waits.mock.calls.map(([, , value, timeout]) => [value, timeout])).toEqual([
    [0, 5],
    [3, 6],
  ])
  vi.restoreAllMocks()
})

it.each([1, 2, 64])('has %d slots that follow each other', (slots) => {
  const { slots: views } = new SlotProducer(allocateSlotRing(slots, 24, 0))
  const [first] = views
  expect(views.map(({ byteOffset }) => byteOffset)).toEqual(
    Array.from({ length: slots }, (_, i) => first!.byteOffset + 24 * i),
  )
})

it.each([3, 128])('refuses a ring of %d slots', (slots) => {
  expect(() => allocateSlotRing(slots, 8, 0)).toThrow('bug: ')
})
