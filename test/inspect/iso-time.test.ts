import { expect, it } from 'vitest'
import { durationSeconds, isoTime } from '../../src/inspect/iso-time.js'

// [name, seconds, nanoseconds, text]
const times: [string, number, number, string][] = [
  ['the beginning', 0, 0, '1970-01-01T00:00:00.000000000Z'],
  ['nanoseconds', 1_709_631_000, 1, '2024-03-05T09:30:00.000000001Z'],
  ['beyond 32 bits', 0x1_0000_0000, 999_999_999, '2106-02-07T06:28:16.999999999Z'],
  ['the last second of the calendar', 253_402_300_799, 5, '9999-12-31T23:59:59.000000005Z'],
  ['beyond the calendar', 253_402_300_800, 5, '+253402300800.000000005s'],
]
it.each(times)('isoTime() writes %s', (_name, sec, nsec, text) => {
  expect(isoTime({ sec, nsec })).toBe(text)
})

// [earlier, later, text]
const durations: [[number, number], [number, number], string][] = [
  [[5, 1], [5, 1], '0.000000000'],
  [[5, 999_999_999], [6, 0], '0.000000001'],
  [[5, 1], [8, 3], '3.000000002'],
]
it.each(durations)('durationSeconds() from %j to %j is %s', (earlier, later, text) => {
  const time = ([sec, nsec]: [number, number]) => ({ sec, nsec })
  expect(durationSeconds(time(earlier), time(later))).toBe(text)
})
