import { decoder } from './decoder.mjs'
import { bzip2, gzip, lz4, xz, zstd } from './decompressors.mjs'
import { pcap, pcapng } from './readers.mjs'
import { reassembler } from './reassembler.mjs'
import { tracker } from './tracker.mjs'

/** @typedef {import('../lib/target.mjs').Target} Target */
/** @typedef {import('../lib/target.mjs').TargetMaker} TargetMaker */

/** @type {Readonly<Record<string, TargetMaker>>} */
const MAKERS = { pcap, pcapng, gzip, zstd, xz, lz4, bzip2, decoder, tracker, reassembler }

export const TARGET_NAMES = Object.keys(MAKERS)

/** @param {readonly string[]} names @param {import('../lib/target.mjs').Surroundings} surroundings @returns {Promise<Target[]>} */
export function makeTargets(names, surroundings) {
  return Promise.all(
    names.map((name) => {
      const make = MAKERS[name]
      if (make === undefined)
        throw new RangeError(`Cannot fuzz "${name}": must be one of ${TARGET_NAMES.join(', ')}`)
      return make(surroundings)
    }),
  )
}
