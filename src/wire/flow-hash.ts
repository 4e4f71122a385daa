import type { PacketTuple } from './transport-packet.js'

// Odd multipliers and shifts of MurmurHash3's finalizer (public domain).
const MULTIPLIER_A = 0x85ebca6b
const MULTIPLIER_B = 0xc2b2ae35
const WORD_MULTIPLIER = 0x9e3779b1

/**
 * Hash of a 5-tuple, the same for both directions. Every bit depends on the whole tuple: workers are chosen by the
 * high bits, buckets by the low ones.
 *
 * @param bytes Buffer that IPv6 addresses are offsets in.
 * @param seed  uint32, one for the run: nobody who writes a capture can aim at a bucket.
 * @returns uint32
 */
export function flowHash(bytes: Uint8Array, tuple: PacketTuple, seed: number): number {
  const { src, dst } = tuple
  const isIpv4 = tuple.ipVersion === 4
  const srcHash = isIpv4 ? mixWord(seed, src) : mixAddress(bytes, src, seed)
  const dstHash = isIpv4 ? mixWord(seed, dst) : mixAddress(bytes, dst, seed)
  // The sum does not tell the ends apart; each is mixed with its port before, so that swapped ports are another flow.
  const ends = mixEnd(srcHash, tuple.srcPort) + mixEnd(dstHash, tuple.dstPort)
  return finish(ends ^ Math.imul((tuple.protocol << 3) | tuple.ipVersion, WORD_MULTIPLIER)) >>> 0
}

function mixAddress(bytes: Uint8Array, at: number, seed: number): number {
  let hash = seed
  for (let word = at; word < at + 16; word += 4) {
    // Signed words are enough here, and cheaper than u32be().
    hash = mixWord(
      hash,
      (bytes[word]! << 24) | (bytes[word + 1]! << 16) | (bytes[word + 2]! << 8) | bytes[word + 3]!,
    )
  }
  return hash
}

function mixWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, WORD_MULTIPLIER)
  return mixed ^ (mixed >>> 15)
}

function mixEnd(address: number, port: number): number {
  return finish(address ^ Math.imul(port + 1, MULTIPLIER_A))
}

function finish(value: number): number {
  let hash = value
  hash ^= hash >>> 16
  hash = Math.imul(hash, MULTIPLIER_A)
  hash ^= hash >>> 13
  hash = Math.imul(hash, MULTIPLIER_B)
  return hash ^ (hash >>> 16)
}
