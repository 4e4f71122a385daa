import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flowHash } from '../../src/wire/flow-hash.js'
import type { PacketTuple } from '../../src/wire/transport-packet.js'
import { hashKey } from '../support/hash-key.js'

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
const KEY = hashKey(0x9747b28c)

/** Chi-squared over the buckets, less its expected value, in standard deviations. */
function unevenness(buckets: readonly number[]): number {
  const mean = buckets.reduce((sum, n) => sum + n, 0) / buckets.length
  const chiSquared = buckets.reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0)
  return (chiSquared - (buckets.length - 1)) / Math.sqrt(2 * (buckets.length - 1))
}

// The body of MurmurHash3_x86_32 (A. Appleby, public domain), and its inverse.
const scrambled = (word: number) => {
  const mixed = Math.imul(word, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}
const unscrambled = (value: number) => {
  const mixed = Math.imul(value, 0x56ed309b)
  return Math.imul((mixed >>> 15) | (mixed << 17), 0xdee13bb1)
}
const murmur = (words: readonly number[], seed: number) =>
  words.reduce((hash, word) => {
    const mixed = scrambled(word) ^ hash
    return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
  }, seed | 0)

describe('flowHash()', () => {
  it('is an int32 and the same for both directions', () => {
    fc.assert(
      fc.property(tuple4, uint32, (tuple, seed) => {
        const key = hashKey(seed)
        const hash = flowHash(NO_BYTES, tuple, key)
        expect(hash).toBe(hash | 0)
        expect(flowHash(NO_BYTES, swapped(tuple), key)).toBe(hash)
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
        expect(flowHash(other, answer, KEY)).toBe(flowHash(bytes, tuple, KEY))
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
  const others: [string, PacketTuple, Uint32Array][] = [
    ['the protocol', { ...base, protocol: 17 }, KEY],
    ['an address', { ...base, src: 0x0a000003 }, KEY],
    ['a port', { ...base, dstPort: 2001 }, KEY],
    ['the ports swapped', { ...base, srcPort: 2000, dstPort: 1000 }, KEY],
    ['the key', base, hashKey(1)],
  ]
  it.each(others)('depends on %s', (_name, tuple, key) => {
    expect(flowHash(NO_BYTES, tuple, key)).not.toBe(flowHash(NO_BYTES, base, KEY))
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
      const hash = flowHash(NO_BYTES, tuple, KEY)
      const variants: PacketTuple[] = []
      for (let bit = 0; bit < 32; bit++) variants.push({ ...tuple, src: (tuple.src ^ (1 << bit)) >>> 0 })
      for (let bit = 0; bit < 16; bit++) variants.push({ ...tuple, srcPort: tuple.srcPort ^ (1 << bit) })
      for (const variant of variants) {
        const difference = flowHash(NO_BYTES, variant, KEY) ^ hash
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
    ['workers by the high bits', 7, (hash) => ((hash >>> 16) * 7) >>> 16],
  ]
  for (const [family, tupleOf] of families) {
    it.each(picks)(`spreads ${family} evenly over %s`, (_name, count, pick) => {
      const buckets = new Array<number>(count).fill(0)
      for (let i = 0; i < 100_000; i++) buckets[pick(flowHash(NO_BYTES, tupleOf(i), KEY))]! += 1
      expect(unevenness(buckets)).toBeLessThan(6)
    })
  }

  it('has no use for connections that were chosen to meet for another key', () => {
    const chosen: PacketTuple[] = []
    for (let i = 0; chosen.length < 4_000; i++) {
      const tuple = { ...base, src: 0x0a000000 + i, srcPort: 1024 + (i % 60_000) }
      if ((flowHash(NO_BYTES, tuple, KEY) & 255) === 7) chosen.push(tuple)
    }
    const buckets = new Array<number>(256).fill(0)
    const key = hashKey(2)
    for (const tuple of chosen) buckets[flowHash(NO_BYTES, tuple, key) & 255]! += 1
    expect(unevenness(buckets)).toBeLessThan(6)
  })

  it('tells IPv6 endpoints apart that meet in MurmurHash3 for every seed', () => {
    // The difference reaches the highest bit of the state, where nothing but the next word can change it.
    const first = [0x20010db8, 7, 8, 9] as const
    const second = [
      unscrambled(scrambled(first[0]) ^ (1 << 18)),
      unscrambled(scrambled(first[1]) ^ (1 << 31)),
      8,
      9,
    ]
    for (const seed of [0, 1, 0xfeed]) expect(murmur(second, seed)).toBe(murmur(first, seed))
    const bytes = new Uint8Array(48)
    const view = new DataView(bytes.buffer)
    for (const [i, word] of [...first, ...second].entries()) view.setInt32(4 * i, word)
    const tuple: PacketTuple = { protocol: 6, ipVersion: 6, src: 0, dst: 32, srcPort: 1, dstPort: 443 }
    expect(flowHash(bytes, { ...tuple, src: 16 }, KEY)).not.toBe(flowHash(bytes, tuple, KEY))
  })

  it('spreads the buckets of one worker, too', () => {
    const buckets = new Array<number>(256).fill(0)
    for (let i = 0; i < 200_000; i++) {
      const hash = flowHash(NO_BYTES, { ...base, srcPort: i & 0xffff, dst: base.dst + (i >> 16) }, KEY)
      if (hash >>> 30 === 0) buckets[hash & 255]! += 1
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
      buckets[flowHash(bytes, tuple, KEY) & 1023]! += 1
    }
    expect(unevenness(buckets)).toBeLessThan(6)
  })
})
