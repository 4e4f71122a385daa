import { Random } from '../../fixtures/generator/random.mjs'

const WORDS = 16

/**
 * Word `i` of record `number`: another value for every pair near each other.
 *
 * @param {number} number
 * @param {number} i
 * @returns {number} uint32
 */
export function wordOf(number, i) {
  return (Math.imul(number, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca6b)) >>> 0
}

/** @param {Uint32Array} words @param {number} at @param {number} number */
export function writeRecord(words, at, number) {
  for (let i = 0; i < WORDS; i++) words[at + i] = wordOf(number, i)
}

/** @param {Uint32Array} words @param {number} at @param {number} number @returns {boolean} */
export function isRecord(words, at, number) {
  for (let i = 0; i < WORDS; i++) if (words[at + i] !== wordOf(number, i)) return false
  return true
}

/** @param {number} seed @returns {() => number} 1 in most cases, up to 3,000 now and then */
export function batches(seed) {
  const random = new Random(seed)
  return () =>
    random.chance(0.6) ? random.between(1, 4) : random.between(1, random.chance(0.1) ? 3_000 : 50)
}
