/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */

const MAX_BYTES = 256 * 1024
const EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 20, 24, 28, 40, 60, 64, 127, 128, 255, 256, 1500, 4095, 4096]
const WIDE_EDGES = [
  32_767, 32_768, 65_534, 65_535, 65_536, 262_144, 262_145, 0x10_0000, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000,
  0x8000_0001, 0xffff_fff0, 0xffff_fffe, 0xffff_ffff,
]

/**
 * A number that lengths, offsets and sequence numbers go wrong at: an edge, or near what stands there now.
 *
 * @param {Random} random
 * @param {number} now
 * @param {number} size bytes of the field: 1, 2 or 4
 * @returns {number} to be written modulo the size of the field
 */
export function edgeNear(random, now, size) {
  switch (random.below(6)) {
    case 0:
      return now + random.between(-4, 4)
    case 1:
      return now ^ (1 << random.below(8 * size))
    case 2:
      return now + random.between(-300, 300)
    case 3:
      return random.u32()
    case 4:
      return pick(random, WIDE_EDGES)
    default:
      return pick(random, EDGES)
  }
}

/**
 * Reads an unsigned number.
 *
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} size 1, 2 or 4
 * @param {boolean} isLittle
 */
export function readUint(bytes, at, size, isLittle) {
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[isLittle ? at + size - 1 - i : at + i] ?? 0)
  return value
}

/**
 * Writes a number modulo the size of the field.
 *
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} size 1, 2 or 4
 * @param {boolean} isLittle
 * @param {number} value
 */
export function writeUint(bytes, at, size, isLittle, value) {
  for (let i = 0; i < size; i++) bytes[isLittle ? at + i : at + size - 1 - i] = (value >>> (8 * i)) & 0xff
}

/**
 * @template T
 * @param {Random} random
 * @param {readonly T[]} list not empty
 * @returns {T}
 */
export function pick(random, list) {
  return /** @type {T} */ (list[random.below(list.length)])
}

/** Few at most times, many sometimes. @param {Random} random */
export function rounds(random) {
  return random.chance(0.1) ? random.between(4, 32) : random.between(1, 4)
}

/** @param {readonly Uint8Array[]} parts */
export function concat(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * A copy with a few changes that know nothing of the content: flips, edges, cuts, insertions, ranges copied or taken
 * twice, and a piece of another input.
 *
 * @param {Random} random
 * @param {Uint8Array} bytes
 * @param {Uint8Array} other
 */
export function mutateBytes(random, bytes, other) {
  /** @type {Uint8Array} */
  let result = Uint8Array.from(bytes)
  for (let left = rounds(random); left > 0; left--) result = mutateOnce(random, result, other)
  return result.length > MAX_BYTES ? result.slice(0, MAX_BYTES) : result
}

/** @param {Random} random @param {Uint8Array} bytes changed in place, or not any more @param {Uint8Array} other */
function mutateOnce(random, bytes, other) {
  const { length } = bytes
  if (length === 0) return Uint8Array.from(other.subarray(0, random.below(other.length + 1)))
  const at = random.below(length)
  const to = Math.min(length, at + 1 + random.below(random.chance(0.5) ? 16 : length))
  switch (random.below(10)) {
    case 0:
      return bytes.slice(0, at)
    case 1:
      return concat([bytes.subarray(0, at), bytes.subarray(to)])
    case 2:
      return concat([bytes.subarray(0, to), bytes.subarray(at)])
    case 3: {
      const from = random.below(other.length + 1)
      const piece = other.subarray(from, from + random.below(other.length - from + 1))
      return concat([bytes.subarray(0, at), piece, bytes.subarray(random.chance(0.5) ? at : to)])
    }
    case 4:
      bytes.copyWithin(random.below(length), at, to)
      return bytes
    case 5:
      bytes.fill(random.chance(0.5) ? 0 : random.below(256), at, to)
      return bytes
    case 6:
    case 7: {
      const size = pick(random, [1, 2, 4])
      const isLittle = random.chance(0.5)
      if (at + size > length) return bytes
      writeUint(bytes, at, size, isLittle, edgeNear(random, readUint(bytes, at, size, isLittle), size))
      return bytes
    }
    case 8:
      bytes[at] = random.below(256)
      return bytes
    default:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
      return bytes
  }
}
