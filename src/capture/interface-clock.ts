import type { CapturedPacket } from './captured-packet.js'

/** Converts the 64-bit timestamps of one pcapng interface to seconds and nanoseconds. */
export interface InterfaceClock {
  /** True when the unit is shorter than a microsecond. */
  readonly isNanosecond: boolean
  /**
   * Sets `tsSec` and `tsNsec` of `out` from the timestamp `high` * 2^32 + `low` (both uint32), rounded down to the
   * nanosecond. Exact without 64-bit integers.
   */
  read(high: number, low: number, out: CapturedPacket): void
}

/** The last second that a `Date` can hold. Later times are cut to it, so that formatting a damaged one cannot fail. */
export const MAX_TS_SEC = 8_640_000_000_000 - 1

const NSEC_PER_SEC = 1_000_000_000
const DEFAULT_RESOLUTION = 6
// The difference of two timestamps closer than this is exact in a double.
const MAX_DISTANCE = 2 ** 52

/**
 * Makes the clock of an interface.
 *
 * @param resolution The option `if_tsresol`: a negative power of 10, or of 2 if the top bit is set (pcapng draft
 *                   section 4.2). Undefined when the option is absent, which means microseconds.
 * @param offsetSec  The option `if_tsoffset`: seconds to add to each timestamp.
 */
export function interfaceClock(resolution: number | undefined, offsetSec: number): InterfaceClock {
  if (resolution === undefined) return new DecimalClock(DEFAULT_RESOLUTION, offsetSec)
  if ((resolution & 0x80) !== 0) return new BinaryClock(resolution & 0x7f, offsetSec)
  return new DecimalClock(resolution, offsetSec)
}

function writeTime(sec: number, nsec: number, out: CapturedPacket): void {
  const isInRange = sec >= 0 && sec <= MAX_TS_SEC
  out.tsSec = isInRange ? sec : sec < 0 ? 0 : MAX_TS_SEC
  out.tsNsec = isInRange ? nsec : 0
}

/** Units of 10^-exponent seconds. */
class DecimalClock implements InterfaceClock {
  // Invariants:
  // - #unitsPerSec * #nsecPerUnit = 10^9 if a unit is a nanosecond or longer.
  // - Dividing by all #divisors converts shorter units to nanoseconds. Each divisor is at most 10^10, so that a
  //   remainder times 2^16 stays below 2^53.
  // - The timestamp #knownHigh, #knownLow is #knownSec seconds and #knownUnits units. A timestamp near it needs only
  //   one division.
  readonly isNanosecond: boolean
  readonly #unitsPerSec: number
  readonly #nsecPerUnit: number
  readonly #divisors: readonly number[]
  readonly #offsetSec: number
  #knownHigh = 0
  #knownLow = 0
  #knownSec = 0
  #knownUnits = 0

  constructor(exponent: number, offsetSec: number) {
    this.isNanosecond = exponent > 6
    this.#unitsPerSec = 10 ** Math.min(exponent, 9)
    this.#nsecPerUnit = NSEC_PER_SEC / this.#unitsPerSec
    const divisors: number[] = []
    for (let digits = exponent - 9; digits > 0; digits -= 10) divisors.push(10 ** Math.min(digits, 10))
    this.#divisors = divisors
    this.#offsetSec = offsetSec
  }

  read(high: number, low: number, out: CapturedPacket): void {
    const distance = (high - this.#knownHigh) * 0x1_0000_0000 + (low - this.#knownLow)
    if (distance > -MAX_DISTANCE && distance < MAX_DISTANCE && this.#divisors.length === 0) {
      const units = this.#knownUnits + distance
      const sec = Math.floor(units / this.#unitsPerSec)
      const nsec = (units - sec * this.#unitsPerSec) * this.#nsecPerUnit
      writeTime(this.#knownSec + sec + this.#offsetSec, nsec, out)
      return
    }
    this.#divide(high, low)
    writeTime(this.#knownSec + this.#offsetSec, this.#knownUnits * this.#nsecPerUnit, out)
  }

  /** Long division in base 2^16 by divisors below 2^37, exact in doubles. */
  #divide(high: number, low: number): void {
    let d3 = high >>> 16
    let d2 = high & 0xffff
    let d1 = low >>> 16
    let d0 = low & 0xffff
    for (let i = 0; i < this.#divisors.length; i++) {
      const divisor = this.#divisors[i] ?? 1
      const q3 = Math.floor(d3 / divisor)
      const x2 = (d3 - q3 * divisor) * 0x10000 + d2
      const q2 = Math.floor(x2 / divisor)
      const x1 = (x2 - q2 * divisor) * 0x10000 + d1
      const q1 = Math.floor(x1 / divisor)
      const x0 = (x1 - q1 * divisor) * 0x10000 + d0
      d3 = q3
      d2 = q2
      d1 = q1
      d0 = Math.floor(x0 / divisor)
    }
    const units = this.#unitsPerSec
    const top = d3 * 0x10000 + d2
    const q2 = Math.floor(top / units)
    const x1 = (top - q2 * units) * 0x10000 + d1
    const q1 = Math.floor(x1 / units)
    const x0 = (x1 - q1 * units) * 0x10000 + d0
    const q0 = Math.floor(x0 / units)
    this.#knownHigh = high
    this.#knownLow = low
    this.#knownSec = q2 * 0x1_0000_0000 + q1 * 0x10000 + q0
    this.#knownUnits = x0 - q0 * units
  }
}

/** Units of 2^-exponent seconds. */
class BinaryClock implements InterfaceClock {
  readonly isNanosecond: boolean
  readonly #exponent: number
  readonly #offsetSec: number

  constructor(exponent: number, offsetSec: number) {
    this.isNanosecond = exponent >= 20
    this.#exponent = exponent
    this.#offsetSec = offsetSec
  }

  read(high: number, low: number, out: CapturedPacket): void {
    const bits = this.#exponent
    // Split into whole seconds and a 64-bit binary fraction in two halves.
    let sec: number
    let fractionHigh: number
    let fractionLow: number
    if (bits < 32) {
      const unit = 2 ** bits
      sec = high * (0x1_0000_0000 / unit) + Math.floor(low / unit)
      fractionHigh = (low % unit) * (0x1_0000_0000 / unit)
      fractionLow = 0
    } else if (bits < 64) {
      const unit = 2 ** (bits - 32)
      const shift = 0x1_0000_0000 / unit
      sec = Math.floor(high / unit)
      fractionHigh = (high % unit) * shift + Math.floor(low / unit)
      fractionLow = (low % unit) * shift
    } else {
      // Units below 2^-64 seconds: the bits shifted out are far below a nanosecond.
      const down = 2 ** (bits - 64)
      sec = 0
      fractionHigh = Math.floor(high / down)
      fractionLow =
        down >= 0x1_0000_0000 ? 0 : Math.floor(low / down) + (high % down) * (0x1_0000_0000 / down)
    }
    // Nanoseconds are the integer part of the fraction times 10^9.
    const c0 = (fractionLow % 0x10000) * NSEC_PER_SEC
    const c1 = Math.floor(fractionLow / 0x10000) * NSEC_PER_SEC + Math.floor(c0 / 0x10000)
    const c2 = (fractionHigh % 0x10000) * NSEC_PER_SEC + Math.floor(c1 / 0x10000)
    const c3 = Math.floor(fractionHigh / 0x10000) * NSEC_PER_SEC + Math.floor(c2 / 0x10000)
    writeTime(sec + this.#offsetSec, Math.floor(c3 / 0x10000), out)
  }
}
