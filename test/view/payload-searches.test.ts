import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MAX_SEARCHES, MAX_UNASKED_MS, PayloadSearches } from '../../src/view/payload-searches.js'

class FakeSearch {
  isDone = false
  isStopped = false

  stop(): void {
    this.isStopped = true
  }
}

const KEYS = Array.from({ length: MAX_SEARCHES }, (_, i) => `search ${i}`)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function begun(keys: readonly string[]) {
  const searches = new PayloadSearches<FakeSearch>()
  const ask = (key: string) => searches.of(key, () => new FakeSearch())
  return { searches, ask, first: keys.map(ask) }
}

it('lets as many searches as it keeps go on, in whichever order they are asked for', () => {
  const { ask, first } = begun(KEYS)
  const again = [...KEYS].reverse().map(ask).reverse()
  expect(again.map((search, i) => search === first[i])).toEqual(KEYS.map(() => true))
  expect(first.map(({ isStopped }) => isStopped)).toEqual(KEYS.map(() => false))
})

it('ends the one that was not asked for the longest where another is one too many', () => {
  const { ask, first } = begun(KEYS)
  expect(ask(KEYS[0]!)).toBe(first[0])
  ask('one more')
  expect(first.map(({ isStopped }) => isStopped)).toEqual(KEYS.map((_, i) => i === 1))
  expect(ask(KEYS[1]!)).not.toBe(first[1])
})

it('ends a search that nobody asks for, and no other', () => {
  const { ask, first } = begun(['left', 'asked for'])
  vi.advanceTimersByTime(MAX_UNASKED_MS - 1)
  ask('asked for')
  vi.advanceTimersByTime(1)
  expect(first.map(({ isStopped }) => isStopped)).toEqual([true, false])
  expect(ask('left')).not.toBe(first[0])
  expect(ask('asked for')).toBe(first[1])
})

it('keeps what was found by a search that is done', () => {
  const { ask, first } = begun(['done'])
  first[0]!.isDone = true
  ask('done')
  vi.advanceTimersByTime(10 * MAX_UNASKED_MS)
  expect(ask('done')).toBe(first[0])
})

it('ends them all when it is closed', () => {
  const { searches, first } = begun(KEYS)
  searches.close()
  expect(first.map(({ isStopped }) => isStopped)).toEqual(KEYS.map(() => true))
  expect(vi.getTimerCount()).toBe(0)
})
