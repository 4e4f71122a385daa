// What `get` and `explain` read of an archive: files that somebody may have made.

import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { openArchive } from '../../../dist/archive/archive.js'
import { InputPaths, inputsOf, picked, wantedOf } from '../../../dist/archive/picks.js'
import { CaptureFormatError, InputError } from '../../../dist/errors.js'
import { readPicked } from '../../../dist/pipeline/read-picked.js'
import { concat, mutateBytes } from '../lib/mutate-bytes.mjs'
import { mustHold } from '../lib/properties.mjs'

const PROGRAM = new URL('../../../bin/pcap2conn.js', import.meta.url).pathname
const CAPTURES = ['port-reuse-same-second.pcap', 'fragments.pcap', 'two-interfaces.pcapng', 'http.pcap.gz']
const READINGS = [[], ['--merge']]
const HEADER_BYTES = 64
const ROW_BYTES = 24

/** @type {import('../lib/target.mjs').TargetMaker} */
export const archive = ({ folder }) => {
  const home = join(folder, 'archive')
  const captures = CAPTURES.map((name) => new URL(`../../../fixtures/${name}`, import.meta.url).pathname)
  const sounds = READINGS.map((reading) => {
    const sound = join(folder, 'archive-sound')
    rmSync(sound, { recursive: true, force: true })
    execFileSync(process.execPath, [PROGRAM, 'index', ...captures, ...reading, '-o', sound, '-q'])
    const map = readFileSync(join(sound, 'packets.map'))
    const inputs = readFileSync(join(sound, 'inputs.json'))
    const { map: soundMap } = openArchive(sound)
    const uids = [...soundMap.entries()].map(({ uid }) => uid)
    soundMap.close()
    cpSync(sound, home, { recursive: true })
    return { map, inputs, uids }
  })
  const soundOf = (/** @type {number} */ kind) =>
    /** @type {typeof sounds[0]} */ (sounds[kind % READINGS.length])
  return {
    name: 'archive',
    // The first byte tells which archive and file it is, and whether its checksums are made to fit.
    make: (random) => {
      const kind = random.below(4 * READINGS.length)
      const { inputs, map } = soundOf(kind)
      return concat([
        Uint8Array.of(kind),
        isOfInputs(kind) ? mutateBytes(random, inputs, inputs) : mutateBytes(random, map, map),
      ])
    },
    run: async (input) => {
      const kind = input[0] ?? 0
      const content = Buffer.from(input.subarray(1))
      const { inputs, map, uids } = soundOf(kind)
      if (kind >= 2 * READINGS.length) seal(content)
      writeFileSync(join(home, 'inputs.json'), isOfInputs(kind) ? content : inputs)
      writeFileSync(join(home, 'packets.map'), isOfInputs(kind) ? map : content)
      const read = await refusedOr(() => readAll(home, uids))
      mustHold(read === null || read <= 1000 * input.length, () => `${read} packets of ${input.length} bytes`)
    },
  }
}

/** @param {number} kind */
function isOfInputs(kind) {
  return kind < READINGS.length
}

/** Gives a map the checksums of its content, as far as it has a directory. @param {Buffer} map */
function seal(map) {
  if (map.length < HEADER_BYTES) return
  const from = Number(map.readBigUInt64LE(24))
  const blocks = Number(map.readBigUInt64LE(32))
  if (from + blocks * ROW_BYTES > map.length) return
  for (let block = 0; block < blocks; block++) {
    const row = from + block * ROW_BYTES
    const to = block + 1 < blocks ? map.readUIntLE(row + ROW_BYTES + 13, 6) : from
    map.writeUInt32LE(crc32(map.subarray(map.readUIntLE(row + 13, 6), to)), row + 19)
  }
  map.writeUInt32LE(crc32(map.subarray(from)), 48)
  map.writeUInt32LE(0, 12)
  map.writeUInt32LE(crc32(map.subarray(0, HEADER_BYTES)), 12)
}

/** @param {string} home @param {readonly string[]} uids @returns {Promise<number>} packets read */
async function readAll(home, uids) {
  const archive = openArchive(home)
  let packets = 0
  try {
    const paths = new InputPaths(archive, null)
    for (const uid of uids) {
      const wanted = wantedOf(archive, uid)
      if (wanted === null) continue
      const problems = [...inputsOf(wanted)].map((input) => paths.problemOf(input))
      if (problems.some((problem) => problem !== null)) continue
      await refusedOr(() =>
        readPicked(
          picked(archive, paths.found, [wanted.entry, ...wanted.company], () => true),
          (bytes, packet) => {
            mustHold(
              packet.to <= bytes.length && packet.from <= packet.to,
              () => 'A frame must lie in its window',
            )
            packets += 1
          },
        ),
      )
    }
  } finally {
    archive.map.close()
  }
  return packets
}

/** @template T @param {() => T | Promise<T>} work @returns {Promise<T | null>} null: refused, in words */
async function refusedOr(work) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InputError || error instanceof CaptureFormatError)) throw error
    mustHold(
      !/undefined|\[object|bug|is not a function|of null|NaN/.test(error.message),
      () => `Message must be for people: found ${error.message}`,
    )
    return null
  }
}
