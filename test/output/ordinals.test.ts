import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ordinals } from '../../src/output/ordinals.js'

const REMEMBERED = 100

/** Counts by one number; packets are counted by the caller. */
function setUp(packets = REMEMBERED) {
  const ordinals = new Ordinals(packets)
  const words = new Uint32Array(3)
  return {
    ordinals,
    next: (key: number, sec: number, firstNumber = 1e9, isRepeated = false) => {
      words.set([key, sec, sec / 2 ** 32])
      return ordinals.next(words, words.length, sec, firstNumber, isRepeated)
    },
  }
}

describe('Ordinals', () => {
  it('counts what shares all words, in any order of time', () => {
    const { next } = setUp()
    expect([next(1, 10), next(2, 10), next(1, 11), next(1, 10), next(1, 11), next(1, 10)]).toEqual([
      1, 1, 1, 2, 2, 3,
    ])
  })

  it('counts as a map does, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 2000 }), (keys) => {
        const { next } = setUp()
        const counts = new Map<number, number>()
        for (const key of keys) {
          counts.set(key, (counts.get(key) ?? 0) + 1)
          expect(next(key, 7)).toBe(counts.get(key))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('remembers a key of the latest packets and of the present second, and forgets others', () => {
    const { ordinals, next } = setUp()
    expect(next(1, 10, 1)).toBe(1)
    ordinals.sweep(10, REMEMBERED)
    expect(next(2, 20, 101)).toBe(1)
    expect(next(1, 10, 102)).toBe(2) // counted again: remembered anew
    ordinals.sweep(20, 2 * REMEMBERED)
    expect(next(1, 10, 201)).toBe(3)
    expect(next(3, 20, 202)).toBe(1) // a time that no sweep is beyond: nothing of it was forgotten
    ordinals.sweep(20, 3 * REMEMBERED)
    ordinals.sweep(20, 4 * REMEMBERED)
    expect(next(2, 20, 401)).toBe(2)
    expect(next(1, 10, 402)).toBe(402)
    expect(next(1, 10, 403)).toBe(403)
    expect(ordinals.hits).toBe(1)
  })

  it('gives the number of the first packet where what was counted may be forgotten', () => {
    const { ordinals, next } = setUp()
    for (let generation = 1; generation < 3; generation++) ordinals.sweep(50, generation * REMEMBERED)
    expect(next(1, 49, 5_000_000_000)).toBe(5_000_000_000)
    expect(next(1, 49, 5_000_000_001)).toBe(5_000_000_001)
    expect(next(1, 50, 7)).toBe(1)
    expect(next(2, 51, 8, true)).toBe(8)
    expect(ordinals.hits).toBe(2)
  })

  it('begins anew with each capture', () => {
    const { ordinals, next } = setUp()
    for (let generation = 1; generation < 3; generation++) ordinals.sweep(50, generation * REMEMBERED)
    next(1, 60)
    ordinals.startCapture(1000)
    expect([next(1, 60), next(1, 10)]).toEqual([1, 1])
    ordinals.sweep(70, 1000 + REMEMBERED)
    expect(next(1, 10)).toBe(2)
  })

  it('does not keep times to come beyond its limit', () => {
    const { ordinals, next } = setUp()
    for (let key = 0; key <= 2 * REMEMBERED; key++) next(key, 1e6 + key)
    for (let generation = 1; generation < 4; generation++) ordinals.sweep(50, generation * REMEMBERED)
    expect(next(1, 1e6 + 1, 777)).toBe(777)
  })

  it('never gives an ordinal twice to what shares its words', () => {
    const packet = fc.record({ key: fc.nat(3), sec: fc.nat(20), isSweep: fc.boolean() })
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 500 }), (packets) => {
        const { ordinals, next } = setUp(8)
        const given = new Set<string>()
        let lowest = 0
        packets.forEach(({ key, sec, isSweep }, i) => {
          const id = `${key} ${sec} ${next(key, sec, i + 1)}`
          expect(given.has(id)).toBe(false)
          given.add(id)
          if (!isSweep) return
          lowest = sec
          ordinals.sweep(lowest, i + 1)
        })
      }),
    )
  })
})
