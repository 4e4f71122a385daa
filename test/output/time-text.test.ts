import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { differenceText, NameClock, secondsText, utcText } from '../../src/output/time-text.js'

const zone = process.env.TZ
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

describe('secondsText()', () => {
  it.each<[string, number, number, boolean, string]>([
    ['pads microseconds', 1563783092, 387_930, false, '1563783092.000387'],
    ['cuts nanoseconds off', 1, 999_999_999, false, '1.999999'],
    ['keeps all nanoseconds where the capture has them', 1, 5, true, '1.000000005'],
    ['writes zero without a sign', 0, 0, false, '0.000000'],
    ['writes seconds beyond 32 bits', 2 ** 40, 0, false, '1099511627776.000000'],
    ['writes times before 1970', -1, 250_000_000, false, '-0.750000'],
  ])('%s', (_name, sec, nsec, isNanosecond, text) => {
    expect(secondsText(sec, nsec, isNanosecond)).toBe(text)
  })
})

describe('differenceText()', () => {
  it.each<[string, [number, number], [number, number], boolean, string]>([
    ['borrows a second', [12, 100_000_000], [10, 900_000_000], false, '1.200000'],
    ['is negative when time goes back', [10, 0], [10, 1_000], false, '-0.000001'],
    ['is negative over seconds', [10, 900_000_000], [12, 100_000_000], false, '-1.200000'],
    ['has no negative zero', [10, 999], [10, 0], false, '0.000000'],
    ['is the difference of the texts', [10, 1_000], [10, 999], false, '0.000001'],
    ['keeps nanoseconds', [10, 1_000], [10, 999], true, '0.000000001'],
  ])('%s', (_name, [sec, nsec], [minusSec, minusNsec], isNanosecond, text) => {
    expect(differenceText(sec, nsec, minusSec, minusNsec, isNanosecond)).toBe(text)
  })

  it('is exact where integers are', () => {
    const sec = fc.integer({ min: -(2 ** 40), max: 2 ** 40 })
    const nsec = fc.nat(999_999_999)
    fc.assert(
      fc.property(sec, nsec, sec, nsec, (s, n, ms, mn) => {
        const [, sign, whole, fraction] =
          /^(-?)(\d+)\.(\d{9})$/.exec(differenceText(s, n, ms, mn, true)) ?? []
        const found = BigInt(`${sign}${whole}${fraction}`)
        expect(found).toBe(BigInt(s - ms) * 1_000_000_000n + BigInt(n - mn))
      }),
    )
  })
})

describe('utcText()', () => {
  it('is a date for people', () => {
    expect(utcText(1563783092, 387_930_001, false)).toBe('2019-07-22 08:11:32.387930 UTC')
    expect(utcText(1563783092, 387_930_001, true)).toBe('2019-07-22 08:11:32.387930001 UTC')
  })

  it('falls back to seconds beyond the calendar', () => {
    expect(utcText(2 ** 50, 1_000, false)).toBe('1125899906842624.000001 s after 1970-01-01 UTC')
  })
})

describe('NameClock', () => {
  it('writes UTC, or the time of the local zone', () => {
    process.env.TZ = 'Asia/Kolkata'
    expect(new NameClock(true).text(1563783092)).toBe('20190722081132')
    expect(new NameClock(false).text(1563783092)).toBe('20190722134132')
  })

  it('gives another second another text', () => {
    const clock = new NameClock(true)
    expect([0, 1, 1, 0].map((sec) => clock.text(sec))).toEqual([
      '19700101000000',
      '19700101000001',
      '19700101000001',
      '19700101000000',
    ])
  })

  it.each([2 ** 40, 1e18, -1e12])('keeps apart times beyond the calendar: %d', (sec) => {
    expect(new NameClock(true).text(sec)).toBe(`E${sec}`)
    expect(new NameClock(false).text(sec)).toBe(`E${sec}`)
  })

  it('knows the hour that the local clock shows twice', () => {
    process.env.TZ = 'Europe/Berlin'
    const putBack = Date.UTC(2023, 9, 29, 1) / 1000 // 03:00 CEST becomes 02:00 CET
    const clock = new NameClock(false)
    expect(clock.text(putBack - 1800)).toBe(clock.text(putBack + 1800))
    expect([putBack - 1800, putBack + 1800, putBack + 10_000].map((sec) => clock.isRepeated(sec))).toEqual([
      false,
      true,
      false,
    ])
    expect(new NameClock(true).isRepeated(putBack + 1800)).toBe(false)
  })

  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/New_York'])(
    'has the same number for seconds of the same text and no others in %s',
    (zone) => {
      process.env.TZ = zone
      const clock = new NameClock(false)
      // Around the hours that come twice in 2023, and the ends of the calendar.
      const near = [1_698_541_200, 1_680_361_200, 1_699_164_000, 253_370_764_800, 0].map((sec) =>
        fc.integer({ min: -4, max: 8 }).map((half) => sec + 1800 * half),
      )
      fc.assert(
        fc.property(fc.oneof(...near), fc.oneof(...near), (a, b) => {
          expect(clock.shownSecond(a) === clock.shownSecond(b)).toBe(clock.text(a) === clock.text(b))
        }),
      )
    },
  )
})
