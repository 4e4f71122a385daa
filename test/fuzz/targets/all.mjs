import { decoder } from './decoder.mjs'
import { bzip2, gzip, lz4, xz, zstd } from './decompressors.mjs'
import { filter } from './filter.mjs'
import { fragments } from './fragments.mjs'
import { command, program } from './program.mjs'
import { pcap, pcapng } from './readers.mjs'
import { reassembler } from './reassembler.mjs'
import { config, report, resume, viewer } from './records.mjs'
import { tracker } from './tracker.mjs'

/** @typedef {import('../lib/target.mjs').Target} Target */
/** @typedef {import('../lib/target.mjs').TargetMaker} TargetMaker */

/** @type {Readonly<Record<string, TargetMaker>>} */
const MAKERS = {
  pcap,
  pcapng,
  gzip,
  zstd,
  xz,
  lz4,
  bzip2,
  fragments,
  decoder,
  tracker,
  reassembler,
  filter,
  report,
  viewer,
  resume,
  config,
  program,
  command,
}

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
