// Times as text. A time is seconds since 1970-01-01 UTC and nanoseconds, 0..999,999,999.

const MS_PER_SEC = 1000
const SEC_PER_MINUTE = 60
const NSEC_PER_USEC = 1000
const NSEC_PER_SEC = 1e9
const CLOCK_CHANGE_SEC = 2 * 3600

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}

/** A difference of two times, split for printing as a decimal number. The owner makes one and reuses it. */
export interface SplitSeconds {
  isNegative: boolean
  /** Whole seconds, at least 0. */
  whole: number
  /** Rest in nanoseconds or microseconds. */
  fraction: number
}

/**
 * The first time minus the second. Without `isNanosecond` both are cut to microseconds first: the difference equals that of
 * the texts.
 */
export function splitDifference(
  sec: number,
  nsec: number,
  minusSec: number,
  minusNsec: number,
  isNanosecond: boolean,
  out: SplitSeconds,
): void {
  const unit = isNanosecond ? 1 : NSEC_PER_USEC
  const perSec = NSEC_PER_SEC / unit
  let whole = sec - minusSec
  let fraction = Math.floor(nsec / unit) - Math.floor(minusNsec / unit)
  if (fraction < 0) {
    whole -= 1
    fraction += perSec
  }
  out.isNegative = whole < 0
  if (whole < 0) {
    if (fraction > 0) {
      whole += 1
      fraction = perSec - fraction
    }
    whole = Math.abs(whole)
  }
  out.whole = whole
  out.fraction = fraction
}

/** Number of decimals of a time: 6, or 9 where the capture has nanoseconds. */
export function decimalsOf(isNanosecond: boolean): number {
  return isNanosecond ? 9 : 6
}

/** A time as a decimal number of seconds: 6 decimals (nanoseconds cut off), or all 9. */
export function secondsText(sec: number, nsec: number, isNanosecond: boolean): string {
  return differenceText(sec, nsec, 0, 0, isNanosecond)
}

/** The first time minus the second as a decimal number of seconds, see `splitDifference()`. */
export function differenceText(
  sec: number,
  nsec: number,
  minusSec: number,
  minusNsec: number,
  isNanosecond: boolean,
): string {
  const split: SplitSeconds = { isNegative: false, whole: 0, fraction: 0 }
  splitDifference(sec, nsec, minusSec, minusNsec, isNanosecond, split)
  return `${split.isNegative ? '-' : ''}${split.whole}.${pad(split.fraction, decimalsOf(isNanosecond))}`
}

/** A time for people, in UTC: `2019-07-22 08:11:32.387930 UTC`; seconds since 1970 outside the years 1 to 9998. */
export function utcText(sec: number, nsec: number, isNanosecond: boolean): string {
  const date = new Date(sec * MS_PER_SEC)
  const fraction = pad(nsec, 9).slice(0, decimalsOf(isNanosecond))
  if (!isNameable(date)) return `${secondsText(sec, nsec, isNanosecond)} s after 1970-01-01 UTC`
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}.${fraction} UTC`
}

// Years of four digits, also in any time zone.
function isNameable(date: Date): boolean {
  const year = date.getUTCFullYear()
  return year > 0 && year < 9999
}

/** The time in file names, `YYYYMMDDHHMMSS`, in UTC or in the local zone. The latest second is remembered. */
export class NameClock {
  readonly #isUtc: boolean
  #sec = Number.NaN
  #text = ''
  #shownFor = Number.NaN
  #shown = 0
  #checkedSec = Number.NaN
  #isRepeated = false

  constructor(isUtc: boolean) {
    this.#isUtc = isUtc
  }

  /** @returns 14 digits, or `E` and the seconds since 1970 for a time beyond the calendar. */
  text(sec: number): string {
    if (sec !== this.#sec) {
      this.#sec = sec
      this.#text = this.#compute(new Date(sec * MS_PER_SEC), sec)
    }
    return this.#text
  }

  /** A number for the second: two seconds have the same one exactly when they have the same text. */
  shownSecond(sec: number): number {
    if (this.#isUtc) return sec
    if (sec !== this.#shownFor) {
      this.#shownFor = sec
      const date = new Date(sec * MS_PER_SEC)
      // Outside the years that have a text, each second has a text of its own.
      this.#shown = isNameable(date) ? Math.round(sec - date.getTimezoneOffset() * SEC_PER_MINUTE) : -1 - sec
    }
    return this.#shown
  }

  /** True when the local clock was put back shortly before: an earlier second may have the same text. */
  isRepeated(sec: number): boolean {
    if (this.#isUtc) return false
    if (sec !== this.#checkedSec) {
      this.#checkedSec = sec
      const offset = new Date(sec * MS_PER_SEC).getTimezoneOffset()
      this.#isRepeated = offset > new Date((sec - CLOCK_CHANGE_SEC) * MS_PER_SEC).getTimezoneOffset()
    }
    return this.#isRepeated
  }

  #compute(date: Date, sec: number): string {
    if (!isNameable(date)) return `E${sec}`
    if (this.#isUtc) return date.toISOString().slice(0, 19).replace(/[-:T]/g, '')
    const day = pad(date.getFullYear(), 4) + pad(date.getMonth() + 1, 2) + pad(date.getDate(), 2)
    return day + pad(date.getHours(), 2) + pad(date.getMinutes(), 2) + pad(date.getSeconds(), 2)
  }
}
