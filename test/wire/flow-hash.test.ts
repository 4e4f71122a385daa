import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flowHash } from '../../src/wire/flow-hash.js'
import type { PacketTuple } from '../../src/wire/transport-packet.js'

const uint32 = fc.integer({ min: 0, max: 0xffffffff })
const port = fc.nat(65_535)

const tuple4 = fc.record({
  protocol: fc.nat(255),
  ipVersion: fc.constant(4 as const),
  src: uint32,
  dst: uint32,
  srcPort: port,
  dstPort: port,
})

function swapped(tuple: PacketTuple): PacketTuple {
  return { ...tuple, src: tuple.dst, dst: tuple.src, srcPort: tuple.dstPort, dstPort: tuple.srcPort }
}

const NO_BYTES = new Uint8Array(0)
const SEED = 0x9747b28c

/** Chi-squared over the buckets, less its expected value, in standard deviations. */
function unevenness(buckets: readonly number[]): number {
  const mean = buckets.reduce((sum, n) => sum + n, 0) / buckets.length
  const chiSquared = buckets.reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0)
  return (chiSquared - (buckets.length - 1)) / Math.sqrt(2 * (buckets.length - 1))
}

describe('flowHash()', () => {
  it('is a uint32 and the same for both directions', () => {
    fc.assert(
      fc.property(tuple4, uint32, (tuple, seed) => {
        const hash = flowHash(NO_BYTES, tuple, seed)
        expect(hash).toBe(hash >>> 0)
        expect(flowHash(NO_BYTES, swapped(tuple), seed)).toBe(hash)
      }),
    )
  })

  it('is the same for both directions of IPv6, wherever the addresses are', () => {
    const address = fc.uint8Array({ minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(address, address, port, port, fc.nat(20), (a, b, srcPort, dstPort, gap) => {
        const bytes = new Uint8Array(100)
        bytes.set(a, 1)
        bytes.set(b, 17 + gap)
        const tuple: PacketTuple = { protocol: 6, ipVersion: 6, src: 1, dst: 17 + gap, srcPort, dstPort }
        const other = new Uint8Array(40)
        other.set(b, 3)
        other.set(a, 19)
        const answer: PacketTuple = {
          protocol: 6,
          ipVersion: 6,
          src: 3,
          dst: 19,
          srcPort: dstPort,
          dstPort: srcPort,
        }
        expect(flowHash(other, answer, SEED)).toBe(flowHash(bytes, tuple, SEED))
      }),
    )
  })

  const base: PacketTuple = {
    protocol: 6,
    ipVersion: 4,
    src: 0x0a000001,
    dst: 0x0a000002,
    srcPort: 1000,
    dstPort: 2000,
  }
  const others: [string, PacketTuple, number][] = [
    ['the protocol', { ...base, protocol: 17 }, SEED],
    ['an address', { ...base, src: 0x0a000003 }, SEED],
    ['a port', { ...base, dstPort: 2001 }, SEED],
    ['the ports swapped', { ...base, srcPort: 2000, dstPort: 1000 }, SEED],
    ['the seed', base, SEED + 1],
  ]
  it.each(others)('depends on %s', (_name, tuple, seed) => {
    expect(flowHash(NO_BYTES, tuple, seed)).not.toBe(flowHash(NO_BYTES, base, SEED))
  })

  it('changes half of the bits with any bit of the tuple', () => {
    const changed = new Array<number>(32).fill(0)
    let trials = 0
    for (let sample = 1; sample <= 200; sample++) {
      const tuple: PacketTuple = {
        ...base,
        src: (sample * 2654435761) >>> 0,
        srcPort: (sample * 40503) & 0xffff,
      }
      const hash = flowHash(NO_BYTES, tuple, SEED)
      const variants: PacketTuple[] = []
      for (let bit = 0; bit < 32; bit++) variants.push({ ...tuple, src: (tuple.src ^ (1 << bit)) >>> 0 })
      for (let bit = 0; bit < 16; bit++) variants.push({ ...tuple, srcPort: tuple.srcPort ^ (1 << bit) })
      for (const variant of variants) {
        const difference = flowHash(NO_BYTES, variant, SEED) ^ hash
        for (let bit = 0; bit < 32; bit++) changed[bit]! += (difference >>> bit) & 1
        trials += 1
      }
    }
    for (const count of changed) expect(Math.abs(count / trials - 0.5)).toBeLessThan(0.03)
  })

  // What real captures are like: few hosts, ports that count up.
  const families: [string, (i: number) => PacketTuple][] = [
    [
      'one host that counts its ports up',
      (i) => ({ ...base, srcPort: 1024 + (i % 60_000), dstPort: 80 + Math.floor(i / 60_000) }),
    ],
    ['a network scan', (i) => ({ ...base, dst: (0xc0a80000 + i) >>> 0, dstPort: 22 })],
    ['a port scan', (i) => ({ ...base, dstPort: i % 65_536, dst: base.dst + Math.floor(i / 65_536) })],
    [
      'pairs of neighbours',
      (i) => ({ ...base, src: 0x0a000000 + (i >> 8), dst: 0x0a000000 + (i & 0xff) + 0x10000 }),
    ],
  ]
  const picks: [string, number, (hash: number) => number][] = [
    ['low bits', 1024, (hash) => hash & 1023],
    ['high bits', 1024, (hash) => hash >>> 22],
    ['workers by the high bits', 7, (hash) => Math.floor((hash / 2 ** 32) * 7)],
  ]
  for (const [family, tupleOf] of families) {
    it.each(picks)(`spreads ${family} evenly over %s`, (_name, count, pick) => {
      const buckets = new Array<number>(count).fill(0)
      for (let i = 0; i < 100_000; i++) buckets[pick(flowHash(NO_BYTES, tupleOf(i), SEED))]! += 1
      expect(unevenness(buckets)).toBeLessThan(6)
    })
  }

  it('spreads the buckets of one worker, too', () => {
    const buckets = new Array<number>(256).fill(0)
    for (let i = 0; i < 200_000; i++) {
      const hash = flowHash(NO_BYTES, { ...base, srcPort: i & 0xffff, dst: base.dst + (i >> 16) }, SEED)
      if (hash < 2 ** 30) buckets[hash & 255]! += 1
    }
    expect(unevenness(buckets)).toBeLessThan(6)
  })

  it('spreads IPv6 hosts of one network', () => {
    const bytes = new Uint8Array(32).fill(0x20)
    const tuple: PacketTuple = { protocol: 6, ipVersion: 6, src: 0, dst: 16, srcPort: 1, dstPort: 443 }
    const buckets = new Array<number>(1024).fill(0)
    for (let i = 0; i < 100_000; i++) {
      bytes[13] = i >> 16
      bytes[14] = i >> 8
      bytes[15] = i
      buckets[flowHash(bytes, tuple, SEED) & 1023]! += 1
    }
    expect(unevenness(buckets)).toBeLessThan(6)
  })
})
