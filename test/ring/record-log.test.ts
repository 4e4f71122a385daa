import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordLog } from '../../src/ring/record-log.js'
import { RECORD_WORDS } from '../../src/ring/record-ring.js'

/** Records whose words are their position, behind `at` other words. */
function records(from: number, count: number, at: number): Uint32Array {
  const words = new Uint32Array(at + count * RECORD_WORDS)
  for (let i = 0; i < count; i++) words.fill(from + i, at + i * RECORD_WORDS, at + (i + 1) * RECORD_WORDS)
  return words
}

const step = fc.oneof(
  fc.record({ take: fc.integer({ min: 1, max: 1500 }), at: fc.nat(40) }),
  fc.record({ keep: fc.nat(3000) }),
)

describe('a record log', () => {
  it('has every record from where it was told to keep them, however they came', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const log = new RecordLog()
        let from = 0
        let to = 0
        for (const one of steps) {
          if ('take' in one) {
            log.take(records(to, one.take, one.at), one.at, one.take)
            to += one.take
          } else {
            from = Math.max(from, to - one.keep)
            log.forgetTo(from)
          }
          expect(log.to).toBe(to)
          for (let position = from; position < to; position++) {
            const index = log.indexOf(position)
            expect(log.words[index]).toBe(position)
            expect(log.words[index + RECORD_WORDS - 1]).toBe(position)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('takes no record that was forgotten before it came', () => {
    const log = new RecordLog()
    log.forgetTo(7)
    log.take(records(0, 10, 0), 0, 10)
    expect([7, 8, 9].map((position) => log.words[log.indexOf(position)])).toEqual([7, 8, 9])
    log.forgetTo(40)
    log.take(records(10, 5, 0), 0, 5)
    expect(log.to).toBe(15)
  })

  it('grows with what is kept, and no further', () => {
    const log = new RecordLog()
    for (let to = 0; to < 20_000; to += 500) {
      log.forgetTo(Math.max(0, to - 1000))
      log.take(records(to, 500, 0), 0, 500)
    }
    expect(log.words.length).toBe(2048 * RECORD_WORDS)
  })
})
