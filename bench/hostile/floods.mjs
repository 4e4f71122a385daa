import { FLOW_HASH_KEY_WORDS, flowHash } from '../../dist/wire/flow-hash.js'

/** @typedef {import('../../fixtures/generator/random.mjs').Random} Random */
/** @typedef {{ src: number, dst: number, srcPort: number, dstPort: number }} Tuple */
/** @typedef {{ src: Uint8Array, dst: Uint8Array, id: number }} FragmentKey */

const BODY_A = 0xcc9e2d51
const BODY_B = 0x1b873593
const NO_BYTES = new Uint8Array(0)
/** The key for which a flood is crafted. */
const KEY = Uint32Array.from(
  { length: FLOW_HASH_KEY_WORDS },
  (_, i) => Math.imul(i + 1, 0x9e3779b1) ^ (i << 7),
)

/** 5-tuples whose hashes under one key have the same low ten bits. @param {number} count @returns {Generator<Tuple>} */
export function* tuplesForOneKey(count) {
  const tuple = {
    ipVersion: /** @type {const} */ (4),
    protocol: 6,
    src: 0,
    dst: 0x0a000001,
    srcPort: 0,
    dstPort: 80,
  }
  for (let found = 0, i = 0; found < count; i++) {
    tuple.src = 0x0a000000 + (i >> 10)
    tuple.srcPort = 1025 + (i & 1023)
    if ((flowHash(NO_BYTES, tuple, KEY) & 1023) !== 7) continue
    found += 1
    yield { ...tuple }
  }
}

/** The inverse of an odd number modulo 2^32. @param {number} odd */
function inverse(odd) {
  let x = odd
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(odd, x))
  return x
}

const INVERSE_A = inverse(BODY_A)
const INVERSE_B = inverse(BODY_B)

/** Scrambles a word before it is mixed into the state. @param {number} word */
function scrambled(word) {
  const mixed = Math.imul(word, BODY_A)
  return Math.imul((mixed << 15) | (mixed >>> 17), BODY_B)
}

/** Inverts `scrambled()`. @param {number} value */
function unscrambled(value) {
  const mixed = Math.imul(value, INVERSE_B)
  return Math.imul((mixed >>> 15) | (mixed << 17), INVERSE_A)
}

/** A difference that the rotation moves to the highest bit, where addition and multiplication preserve it. */
const INTO = 1 << 18
const HIGHEST = 1 << 31

/**
 * Words that lead to the same state of MurmurHash3 as `words`, whatever the state before: all combinations of
 * differences in the highest bit of the state that cancel out by the last word.
 *
 * @param {readonly number[]} words
 * @param {number} choice which of the 2^(words - 1) combinations
 */
function twin(words, choice) {
  let isOn = false
  return words.map((word, i) => {
    const wasOn = isOn
    isOn = i < words.length - 1 && ((choice >> i) & 1) === 1
    return unscrambled(scrambled(word) ^ (wasOn ? HIGHEST : 0) ^ (isOn ? INTO : 0))
  })
}

/** @param {readonly number[]} words */
function bytesOf(words) {
  const bytes = new Uint8Array(4 * words.length)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of words.entries()) view.setInt32(4 * i, word)
  return bytes
}

/**
 * IPv6 5-tuples in groups of 64 with equal hashes.
 *
 * @param {number} count
 * @param {Random} random
 */
export function* tuplesThatMeet(count, random) {
  const words = () => [random.u32(), random.u32(), random.u32(), random.u32()]
  for (let given = 0; given < count; ) {
    const [a, b] = [words(), words()]
    for (let choice = 0; choice < 64 && given < count; choice++, given++) {
      const src = bytesOf(twin(a, choice & 7))
      const dst = bytesOf(twin(b, choice >> 3))
      yield { src, dst, srcPort: 1025, dstPort: 80 }
    }
  }
}

/**
 * Keys of IPv6 fragments (identification, source, destination) in groups of 256 with equal hashes.
 *
 * @param {number} count
 * @param {Random} random
 * @returns {Generator<FragmentKey>}
 */
export function* fragmentsThatMeet(count, random) {
  for (let given = 0; given < count; ) {
    const base = Array.from({ length: 9 }, () => random.u32())
    for (let choice = 0; choice < 256 && given < count; choice++, given++) {
      const [id = 0, ...ends] = twin(base, choice)
      const bytes = bytesOf(ends)
      yield { id, src: bytes.subarray(0, 16), dst: bytes.subarray(16) }
    }
  }
}

const GOLDEN = 0x9e3779b1
const INVERSE_GOLDEN = inverse(GOLDEN)

/**
 * Finds pairs of keys for GRE in GRE that collide in an unkeyed hash, which multiplies each word in and shifts down by
 * fifteen bits.
 *
 * @param {number} kind of GRE in the stack of outer headers
 * @param {number} first key of the outer one
 * @returns {number} key of the inner one
 */
export function greKeyThatMeets(kind, first) {
  const taken = (/** @type {number} */ hash, /** @type {number} */ word) => {
    const mixed = Math.imul(hash ^ word, GOLDEN)
    return mixed ^ (mixed >>> 15)
  }
  const before = taken(taken(taken(2, kind), first), kind)
  return (before ^ Math.imul(0x1234567, INVERSE_GOLDEN)) >>> 0
}
