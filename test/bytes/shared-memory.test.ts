import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_SHARED_BYTES, SharedMemory } from '../../src/bytes/shared-memory.js'

const BYTES = 64 * 1024

describe('SharedMemory', () => {
  it('copies within itself like copyWithin, and from elsewhere like set', () => {
    const memory = new SharedMemory(SharedMemory.allocate(BYTES))
    const model = new Uint8Array(BYTES)
    for (let i = 0; i < BYTES; i++) model[i] = i * 31
    memory.copy(model, 0, BYTES, 0)
    const other = Uint8Array.from({ length: 300 }, (_, i) => 255 - i)
    const copies = fc.record({
      isOwn: fc.boolean(),
      from: fc.nat(299),
      length: fc.nat(300),
      at: fc.constantFrom(0, 1, 7, 250, BYTES - 300),
    })
    fc.assert(
      fc.property(copies, ({ isOwn, from, length, at }) => {
        const to = isOwn ? from + length : Math.min(other.length, from + length)
        memory.copy(isOwn ? memory.bytes : other, from, to, at)
        if (isOwn) model.copyWithin(at, from, to)
        else model.set(other.subarray(from, to), at)
        expect(Buffer.from(memory.bytes).equals(model)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('reaches its last byte, and refuses to copy beyond it', () => {
    const memory = new SharedMemory(SharedMemory.allocate(MAX_SHARED_BYTES))
    memory.bytes[3] = 7
    memory.copy(memory.bytes, 3, 4, MAX_SHARED_BYTES - 1)
    expect(memory.bytes.at(-1)).toBe(7)
    expect(() => memory.copy(memory.bytes, 0, 2, MAX_SHARED_BYTES - 1)).toThrow('out of bounds')
    expect(() => SharedMemory.allocate(MAX_SHARED_BYTES + 1e9)).toThrow()
  })

  it('is the same memory in every thread that has it', () => {
    const memory = SharedMemory.allocate(1)
    new SharedMemory(memory).bytes[5] = 42
    expect(new SharedMemory(memory).bytes[5]).toBe(42)
    expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer)
  })
})
