import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ALWAYS_SPARE_BYTES,
  bufferBytes,
  capacityFor,
  type FragmentBuffer,
  FragmentBuffers,
} from '../../src/wire/fragment-buffers.js'

const CAPACITIES = [2048, 4096, 8192, 16_384, 32_768, 65_536]

describe('FragmentBuffers', () => {
  it('gives the same buffer again, without what was noted of its blocks', () => {
    const buffers = new FragmentBuffers(1e6)
    const first = buffers.take(4096)
    first.blocks.fill(1)
    buffers.release(first)
    const second = buffers.take(4096)
    expect(second).toBe(first)
    expect(second.blocks.every((state) => state === 0)).toBe(true)
  })

  it('gives again what was given back although all that the limit allows is in use', () => {
    const buffers = new FragmentBuffers(4 * bufferBytes(2048))
    const used = [1, 2, 3, 4].map(() => buffers.take(2048))
    const oldest = used[0]!
    buffers.take(2048)
    buffers.release(oldest)
    expect(buffers.take(2048)).toBe(oldest)
  })

  it('counts what is in use, and keeps no more than the limit leaves room for', () => {
    const step = fc.record({ capacity: fc.constantFrom(...CAPACITIES), isTaken: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 0, max: 3_000_000 }),
        (steps, limit) => {
          const buffers = new FragmentBuffers(limit)
          const used: FragmentBuffer[] = []
          for (const { capacity, isTaken } of steps) {
            if (isTaken) {
              const taken = buffers.take(capacity)
              expect(taken.bytes.length).toBe(capacity)
              expect(used).not.toContain(taken)
              used.push(taken)
            } else {
              const given = used.pop()
              if (given === undefined) continue
              buffers.release(given)
            }
            const inUse = used.reduce((sum, { bytes }) => sum + bufferBytes(bytes.length), 0)
            expect(buffers.usedBytes).toBe(inUse)
            const { usedBytes, spareBytes } = buffers
            expect(usedBytes + spareBytes).toBeLessThanOrEqual(Math.max(limit, inUse + ALWAYS_SPARE_BYTES))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([
    [1, 2048],
    [2048, 2048],
    [2049, 4096],
    [65_535, 65_536],
  ])('holds %i bytes in %i', (bytes, capacity) => expect(capacityFor(bytes)).toBe(capacity))
})
