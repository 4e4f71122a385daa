import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankCapturedPacket } from '../../src/capture/captured-packet.js'
import { interfaceClock, MAX_TS_SEC } from '../../src/capture/interface-clock.js'

const NSEC = 1_000_000_000n

// Nanoseconds close to each other, as a capture has them.
const nearNow = fc
  .bigInt({ min: -5_000_000_000n, max: 5_000_000_000n })
  .map((n) => 1_700_000_000_000_000_000n + n)

/** The model: exact arithmetic on whole timestamps. */
function exact(timestamp: bigint, resolution: number | undefined, offsetSec: number): [number, number] {
  const exponent = BigInt((resolution ?? 6) & 0x7f)
  const unitsPerSec = ((resolution ?? 6) & 0x80) === 0 ? 10n ** exponent : 2n ** exponent
  const sec = timestamp / unitsPerSec + BigInt(offsetSec)
  if (sec < 0n) return [0, 0]
  if (sec > BigInt(MAX_TS_SEC)) return [MAX_TS_SEC, 0]
  return [Number(sec), Number(((timestamp % unitsPerSec) * NSEC) / unitsPerSec)]
}

function read(timestamp: bigint, resolution: number | undefined, offsetSec = 0): [number, number] {
  const out = blankCapturedPacket()
  interfaceClock(resolution, offsetSec).read(Number(timestamp >> 32n), Number(timestamp & 0xffffffffn), out)
  return [out.tsSec, out.tsNsec]
}

describe('interfaceClock()', () => {
  const binary = 0x80
  // [name, resolution, timestamp, seconds, nanoseconds]
  const cases: [string, number | undefined, bigint, number, number][] = [
    [
      'reads microseconds where the option is absent',
      undefined,
      1_563_783_092_387_930n,
      1_563_783_092,
      387_930_000,
    ],
    ['reads whole seconds', 0, 0xffff_ffffn, 0xffff_ffff, 0],
    ['reads milliseconds', 3, 1_700_000_000_123n, 1_700_000_000, 123_000_000],
    ['reads units of 10^-7', 7, 17_000_000_001_234_567n, 1_700_000_000, 123_456_700],
    ['reads nanoseconds', 9, 1_700_000_000_123_456_789n, 1_700_000_000, 123_456_789],
    ['rounds picoseconds down', 12, 1_700_000_123_456_789_999n, 1_700_000, 123_456_789],
    ['rounds units of 10^-19 down', 19, 18_446_744_073_709_551_615n, 1, 844_674_407],
    ['reads units of 2^-10', binary | 10, (1_700_000_000n << 10n) | 513n, 1_700_000_000, 500_976_562],
    ['reads units of 2^-32', binary | 32, (1_700_000_000n << 32n) | 0xffff_ffffn, 1_700_000_000, 999_999_999],
    ['reads units of 2^-63', binary | 63, 1n << 62n, 0, 500_000_000],
    ['reads units of 2^-64', binary | 64, 1n << 63n, 0, 500_000_000],
    ['reads a time beyond 2^32 seconds', 6, 5_000_000_000_000_001n, 5_000_000_000, 1000],
    ['caps what no date can hold', 0, 0xffff_ffff_ffff_ffffn, MAX_TS_SEC, 0],
  ]
  it.each(cases)('%s', (_name, resolution, timestamp, sec, nsec) => {
    expect(read(timestamp, resolution)).toEqual([sec, nsec])
  })

  it('adds the offset, and takes a time before 1970 as 1970', () => {
    expect(read(1_500_000n, 6, 100)).toEqual([101, 500_000_000])
    expect(read(1_500_000n, 6, -100)).toEqual([0, 0])
  })

  it.each([
    [undefined, false],
    [6, false],
    [7, true],
    [9, true],
    [binary | 19, false],
    [binary | 20, true],
  ])('resolution %s is finer than microseconds: %s', (resolution, isNanosecond) => {
    expect(interfaceClock(resolution, 0).isNanosecond).toBe(isNanosecond)
  })

  it('is exact at every timestamp and resolution, whatever was read before', () => {
    const resolution = fc.oneof(
      fc.integer({ min: 0, max: 25 }),
      fc.integer({ min: 0, max: 64 }).map((n) => n | binary),
    )
    const timestamps = fc.array(fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), nearNow), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(resolution, timestamps, fc.integer({ min: -1e9, max: 1e9 }), (unit, values, offsetSec) => {
        const clock = interfaceClock(unit, offsetSec)
        const out = blankCapturedPacket()
        for (const value of values) {
          clock.read(Number(value >> 32n), Number(value & 0xffffffffn), out)
          expect([out.tsSec, out.tsNsec]).toEqual(exact(value, unit, offsetSec))
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('gives a time for every option value', () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.double({ noNaN: true }),
        (unit, value, offset) => {
          const [sec, nsec] = read(value, unit, offset)
          expect(sec >= 0 && sec <= MAX_TS_SEC).toBe(true)
          expect(nsec >= 0 && nsec < 1e9 && Number.isInteger(nsec)).toBe(true)
        },
      ),
    )
  })
})
