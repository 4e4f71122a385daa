import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { anatomyOf } from './capture-parts.mjs'
import { pick } from './mutate-bytes.mjs'

/** @typedef {import('./capture-parts.mjs').Anatomy} Anatomy */

const CAPTURE_NAME = /\.(pcap|pcapng|cap|ntar|dmp|trc|pcap\.gz|pcapng\.gz|cap\.gz)$/
const MAX_FILE_BYTES = 8 * 1024 * 1024
const MAX_SEED_BYTES = 64 * 1024
const KEPT_SEEDS = 512

/** The captures that cases are made of; a long one gives its beginning. */
export class SeedCaptures {
  /** @param {readonly string[]} folders looked through with what is in them; one that is not there gives nothing */
  constructor(folders) {
    /** @type {readonly string[]} */
    this.paths = folders.flatMap((folder) => capturesIn(folder))
    /** @type {Map<string, Uint8Array>} */
    this.loaded = new Map()
  }

  /** A capture's bytes. @param {import('../../../fixtures/generator/random.mjs').Random} random */
  bytes(random) {
    return this.load(pick(random, this.paths))
  }

  /**
   * A capture that can be taken apart, and has what is asked for.
   *
   * @param {import('../../../fixtures/generator/random.mjs').Random} random
   * @param {(anatomy: Anatomy) => boolean} isWanted
   * @returns {{ bytes: Uint8Array, anatomy: Anatomy }}
   */
  anatomy(random, isWanted) {
    for (let tries = 0; tries < 1000; tries++) {
      const bytes = this.bytes(random)
      const anatomy = anatomyOf(bytes)
      if (anatomy !== null && isWanted(anatomy)) return { bytes, anatomy }
    }
    throw new Error('Cannot find a capture for this target: pass --corpus with more captures')
  }

  /** @param {string} path @returns {Uint8Array} not to be changed */
  load(path) {
    const known = this.loaded.get(path)
    if (known !== undefined) return known
    const bytes = shortened(unpacked(readFileSync(path)))
    if (this.loaded.size === KEPT_SEEDS) this.loaded.clear()
    this.loaded.set(path, bytes)
    return bytes
  }
}

/** @param {Uint8Array} bytes */
function unpacked(bytes) {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_FILE_BYTES })
  } catch {
    return bytes // damaged, or larger: as it is
  }
}

/** Ends with a whole record where that is known. @param {Uint8Array} bytes */
function shortened(bytes) {
  if (bytes.length <= MAX_SEED_BYTES) return Uint8Array.from(bytes)
  const ends = (anatomyOf(bytes)?.parts ?? []).map(({ to }) => to).filter((to) => to <= MAX_SEED_BYTES)
  return bytes.slice(0, ends.at(-1) ?? MAX_SEED_BYTES)
}

/** @param {string} folder @returns {string[]} in a fixed order */
function capturesIn(folder) {
  if (!existsSync(folder)) return []
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && CAPTURE_NAME.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  return found.filter((path) => statSync(path).size <= MAX_FILE_BYTES).sort()
}
