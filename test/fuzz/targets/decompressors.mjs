import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { CompressedInput } from '../../../dist/input/decompress/compressed-input.js'
import { loadDecompressor } from '../../../dist/input/decompress/load-decompressor.js'
import { concat, mutateBytes, pick } from '../lib/mutate-bytes.mjs'
import { mustAgree, mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */

const DATA = new URL('../../input/data/', import.meta.url)
/** More than this is not unpacked: a small file may stand for a lot. */
const MAX_CONTENT_BYTES = 4 * 1024 * 1024
const SPOIL = 0xa5

class EnoughError extends Error {}

/** @type {(compression: 'zstd' | 'xz' | 'lz4' | 'bzip2', files: readonly string[]) => import('../lib/target.mjs').TargetMaker} */
const decompressorTarget = (compression, files) => async () => {
  const decompress = await loadDecompressor(compression)
  const sound = files.map((name) => readFileSync(new URL(name, DATA)))
  const seeds = compression === 'xz' ? [...sound, readFileSync(new URL('sha256.xz', DATA))] : sound // a check that is refused
  return {
    name: compression,
    make: (random) => damaged(random, seeds),
    run: (input, random) => {
      const whole = unpack(decompress, input, () => input.length)
      const sizes = () => 1 + random.below(random.chance(0.5) ? 20 : 4000)
      mustMatch(whole, unpack(decompress, input, sizes))
      if (sound.some((seed) => seed.equals(input)))
        mustAgree(whole.problem, null, 'The problem of a sound file')
    },
  }
}

export const zstd = decompressorTarget('zstd', ['plain.zst', 'unchecked.zst', 'empty.zst'])
export const xz = decompressorTarget('xz', ['plain.xz', 'blocks.xz', 'empty.xz'])
export const lz4 = decompressorTarget('lz4', ['independent.lz4', 'linked.lz4', 'large.lz4', 'empty.lz4'])
export const bzip2 = decompressorTarget('bzip2', ['plain.bz2', 'blocks.bz2', 'empty.bz2'])

/** @param {Random} random @param {readonly Uint8Array[]} seeds */
function damaged(random, seeds) {
  const seed = pick(random, seeds)
  if (random.chance(0.02)) return seed
  if (random.chance(0.1)) return concat([seed, pick(random, seeds)])
  return mutateBytes(random, seed, pick(random, seeds))
}

/**
 * @param {import('../../../dist/input/decompress/decompressor.js').Decompressor} decompress
 * @param {Uint8Array} input
 * @param {() => number} nextBytes
 * @param {boolean} canSeek As a file can, and a stream cannot.
 */
function unpack(decompress, input, nextBytes, canSeek = false) {
  let at = 0
  const content = new Content()
  const read = (/** @type {Uint8Array} */ target) => {
    const count = Math.min(target.length, input.length - at, nextBytes())
    target.set(input.subarray(at, at + count))
    target.fill(SPOIL, count)
    at += count
    return count
  }
  const seek = (/** @type {number} */ offset) => {
    at = offset
  }
  const source = new CompressedInput(read, canSeek ? seek : null)
  try {
    const problem = decompress(source, (bytes, from, to) => {
      mustHold(
        from >= 0 && from <= to && to <= bytes.length,
        () => `Content ${from} to ${to} of ${bytes.length}`,
      )
      content.add(bytes, from, to)
      if (content.isFull) throw new EnoughError()
    })
    checkProblem(problem, input)
    return { content, problem }
  } catch (error) {
    if (error instanceof EnoughError) return { content, problem: null }
    throw error
  }
}

/** What came out, the first 4 MiB of it. */
class Content {
  constructor() {
    this.bytes = new Uint8Array(64 * 1024)
    this.length = 0
  }

  get isFull() {
    return this.length === MAX_CONTENT_BYTES
  }

  /** @param {Uint8Array} bytes @param {number} from @param {number} to */
  add(bytes, from, to) {
    const kept = Math.min(to - from, MAX_CONTENT_BYTES - this.length)
    while (this.length + kept > this.bytes.length)
      this.bytes = concat([this.bytes, new Uint8Array(this.bytes.length)])
    this.bytes.set(bytes.subarray(from, from + kept), this.length)
    this.length += kept
  }
}

/**
 * Sound data gives the same whatever pieces it is read in. Of damaged data it may depend on them how far the
 * decompressor gets before it notices, but not what it gives.
 *
 * @param {{ content: Content, problem: unknown }} whole
 * @param {{ content: Content, problem: unknown }} pieces
 */
function mustMatch(whole, pieces) {
  mustAgree(whole.problem === null, pieces.problem === null, 'Whether there is a problem')
  if (whole.problem === null)
    mustAgree(whole.content.length, pieces.content.length, 'Bytes unpacked of pieces of any size')
  const common = Math.min(whole.content.length, pieces.content.length)
  const isSame =
    Buffer.compare(whole.content.bytes.subarray(0, common), pieces.content.bytes.subarray(0, common)) === 0
  mustHold(isSame, () => 'What is unpacked must not depend on the pieces')
}

/** @param {import('../../../dist/input/byte-source.js').InputReadProblem | null} problem @param {Uint8Array} input */
function checkProblem(problem, input) {
  if (problem === null) return
  mustHold(
    problem.offset >= 0 && problem.offset <= input.length,
    () => `Problem at ${problem.offset} of ${input.length} bytes`,
  )
  const isSentence = !/bug|undefined|NaN|\[object|is not a function|Cannot read prop/.test(problem.message)
  mustHold(isSentence, () => `Message must be for people: found ${problem.message}`)
}

/** @type {import('../lib/target.mjs').TargetMaker} */
export const gzip = async ({ fixtures }) => {
  const decompress = await loadDecompressor('gzip')
  return {
    name: 'gzip',
    make: (random) => {
      const seed = () => {
        const content = fixtures.bytes(random).subarray(0, random.between(0, 8000))
        return Uint8Array.from(gzipSync(content, { level: random.below(10) }))
      }
      const seeds = [seed(), seed()]
      return damaged(random, seeds)
    },
    run: (input, random) => {
      const whole = unpack(decompress, input, () => input.length)
      const sizes = () => 1 + random.below(random.chance(0.5) ? 20 : 4000)
      mustMatch(whole, unpack(decompress, input, sizes, true))
      mustMatch(whole, unpack(decompress, input, sizes))
      const expected = reference(input)
      if (expected === null) return
      const { bytes, length } = whole.content
      mustHold(
        Buffer.compare(bytes.subarray(0, length), expected) === 0,
        () => `${length} bytes must be the ${expected.length} that zlib gives at once`,
      )
    },
  }
}

/** What zlib makes of the input; null: it refuses it, or it is too much. @param {Uint8Array} input */
function reference(input) {
  try {
    return gunzipSync(input, { maxOutputLength: MAX_CONTENT_BYTES - 1 })
  } catch {
    return null
  }
}
