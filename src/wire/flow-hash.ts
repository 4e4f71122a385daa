import type { PacketTuple } from './transport-packet.js'

// Multipliers and shifts of MurmurHash3 (public domain): of its finalizer, and of its body.
const MULTIPLIER_A = 0x85ebca6b
const MULTIPLIER_B = 0xc2b2ae35
const BODY_A = 0xcc9e2d51
const BODY_B = 0x1b873593
const BODY_ADDEND = 0xe6546b64

/**
 * Hash of a 5-tuple, the same for both directions. Every bit depends on the whole tuple: workers are chosen by the
 * high bits, buckets by the low ones.
 *
 * @param bytes Buffer that IPv6 addresses are offsets in.
 * @param seed  uint32, one for the run, so that a capture can't be written for one bucket without effort. It is no
 *              keyed hash: who knows how it mixes can find tuples that meet for every seed.
 * @returns uint32
 */
export function flowHash(bytes: Uint8Array, tuple: PacketTuple, seed: number): number {
  const { src, dst } = tuple
  const isIpv4 = tuple.ipVersion === 4
  const srcHash = isIpv4 ? mixWord(seed, src) : mixAddress(bytes, src, seed)
  const dstHash = isIpv4 ? mixWord(seed, dst) : mixAddress(bytes, dst, seed)
  // The sum does not tell the ends apart; each is mixed with its port before, so that swapped ports are another flow.
  const ends = mixEnd(srcHash, tuple.srcPort) + mixEnd(dstHash, tuple.dstPort)
  return finish(ends ^ Math.imul((tuple.protocol << 3) | tuple.ipVersion, BODY_A)) >>> 0
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

/** Mixes one 32-bit word into a hash. */
export function mixWord(hash: number, word: number): number {
  let mixed = Math.imul(word, BODY_A)
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), BODY_B) ^ hash
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + BODY_ADDEND) | 0
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
