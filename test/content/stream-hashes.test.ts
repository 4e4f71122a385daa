import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StreamHashes } from '../../src/content/stream-hashes.js'

describe('StreamHashes', () => {
  it('hashes each half-stream, in whatever pieces it comes', () => {
    const chunk = fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: 200 }))
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 20 }), (chunks) => {
        const hashes = new StreamHashes(10)
        for (const [half, bytes] of chunks) hashes.data(half, bytes, 0, bytes.length)
        for (let half = 0; half < 4; half++) {
          const whole = Buffer.concat(chunks.flatMap(([of, bytes]) => (of === half ? [bytes] : [])))
          expect(hashes.finish(half)).toBe(whole.length === 0 ? null : hash('sha256', whole))
          expect(hashes.finish(half)).toBeNull()
        }
      }),
    )
  })

  it('has no more of them than it may, and counts the others once', () => {
    const hashes = new StreamHashes(1)
    const bytes = Buffer.from('abc')
    for (const half of [0, 7, 7]) hashes.data(half, bytes, 1, 2)
    expect(hashes.refusals).toBe(1)
    expect([hashes.finish(7), hashes.finish(0)]).toEqual([null, hash('sha256', 'b')])
    hashes.data(7, bytes, 0, 3)
    expect(hashes.finish(7)).toBe(hash('sha256', 'abc'))
  })
})
