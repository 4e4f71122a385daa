import { describe, expect, it } from 'vitest'
import { ConsoleTarget } from '../../../src/output/console/console-block.js'

describe('ConsoleTarget', () => {
  it('joins pieces of one event and connection, and gives nothing twice', () => {
    const target = new ConsoleTarget()
    const bytes = Buffer.from('abcd')
    target.eventNumber = 1
    target.append(bytes, 0, 1)
    target.append(bytes, 1, 2)
    target.eventNumber = 2
    target.append(bytes, 2, 4)
    target.repeat(bytes.subarray(0, 1), 5)
    target.append(bytes, 0, 1)
    const taken = target.take()!
    expect(Buffer.from(taken.bytes).toString()).toBe('abcdaa')
    expect([...taken.pieces]).toEqual([1, 0, 2, 1, 2, 0, 2, 1, 2, 0, 1, 5, 2, 0, 1, 1])
    expect(target.take()).toBeNull()
  })

  it('gives blocks of their own memory', () => {
    const target = new ConsoleTarget()
    const bytes = Buffer.from('abcd')
    const pieces = Array.from({ length: 300 }, (_, i) => {
      target.eventNumber = i
      target.append(bytes, 0, 1)
      return [i, 0, 1, 1]
    })
    const taken = target.take()!
    bytes.fill(0x21)
    target.append(bytes, 0, 4)
    expect(Buffer.from(taken.bytes).toString()).toBe('a'.repeat(300))
    expect(taken.bytes.buffer.byteLength).toBe(300)
    expect([...taken.pieces]).toEqual(pieces.flat())
  })
})
