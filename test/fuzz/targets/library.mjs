// What programs call, and what inspect shows.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { inspectionTable } from '../../../dist/cli/inspect-table.js'
import { toConfig } from '../../../dist/config/config.js'
import { CaptureFormatError, connections, convert, InputError, readCapture } from '../../../dist/index.js'
import { inspectCaptures } from '../../../dist/inspect/inspect-captures.js'
import { useTempFolder } from '../lib/folders.mjs'
import { anyCapture } from '../lib/mutate-capture.mjs'
import { isPlain, mustAgree, mustHold } from '../lib/properties.mjs'

/** @type {import('../lib/target.mjs').TargetMaker} */
export const library = ({ captures, folder }) => {
  const home = join(folder, 'library')
  const temp = join(home, 'temp')
  const path = join(home, 'input.cap')
  return {
    name: 'library',
    make: (random) => anyCapture(random, captures),
    run: async (input) => {
      mkdirSync(temp, { recursive: true })
      const leaveTemp = useTempFolder(temp)
      writeFileSync(path, input)
      try {
        const packets = await countPackets(path)
        const index = join(home, 'index.jsonl')
        const summary = await convert({ inputFile: path, outputDir: home, index, noWrite: true, force: true })
        mustAgree(packets, summary.packets.read, 'Packets of readCapture(), and those converted,')
        const lines = readFileSync(index, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
        const uids = lines.map((line) => JSON.parse(line).uid)
        mustAgree(
          uids.sort(),
          (await iterate(path, summary)).sort(),
          'Records of convert() and connections()',
        )
        mustAgree(readdirSync(temp), [], 'Temporary files left')
      } finally {
        leaveTemp()
        rmSync(home, { recursive: true, force: true })
      }
    },
  }
}

/** @param {string} path */
async function countPackets(path) {
  let count = 0
  try {
    for await (const { bytes, originalBytes } of readCapture(path)) {
      mustHold(originalBytes >= bytes.length, () => `${bytes.length} bytes of ${originalBytes}`)
      count += 1
    }
  } catch (error) {
    if (!(error instanceof CaptureFormatError || error instanceof InputError)) throw error
  }
  return count
}

/** @param {string} path @param {import('../../../dist/index.js').Summary} summary of the same capture @returns {Promise<string[]>} */
async function iterate(path, summary) {
  /** @type {string[]} */
  const uids = []
  const iteration = connections([path])
  for await (const connection of iteration) {
    const { record } = connection
    const bytes = { orig: 0, resp: 0 }
    const missing = { orig: 0, resp: 0 }
    for await (const chunk of connection.chunks()) {
      bytes[chunk.side] += chunk.bytes.length
      missing[chunk.side] += chunk.missingBefore
    }
    mustAgree(bytes, { orig: record.orig_bytes, resp: record.resp_bytes }, `Payload of ${record.uid}`)
    // What is missing at the end stands before no chunk.
    const isSound = missing.orig <= record.orig_missed_bytes && missing.resp <= record.resp_missed_bytes
    mustHold(isSound, () => `Missing bytes of ${record.uid} are ${JSON.stringify(missing)}`)
    uids.push(record.uid)
  }
  mustAgree(iteration.summary?.packets, summary.packets, 'Packets of convert() and connections()')
  return uids
}

/** @type {import('../lib/target.mjs').TargetMaker} */
export const inspect = ({ captures, folder }) => {
  const path = join(folder, 'inspected.cap')
  return {
    name: 'inspect',
    make: (random) => anyCapture(random, captures),
    run: async (input) => {
      writeFileSync(path, input)
      const packets = await countPackets(path)
      const { errors } = await inspectCaptures(
        toConfig({ inputFile: path }),
        Readable.from([]),
        (inspection) => {
          mustAgree(inspection.packets.total, packets, 'Packets of inspect, and those read,')
          const table = inspectionTable(inspection)
          mustHold(
            isPlain(table) && !/undefined|NaN|\[object/.test(table),
            () => `The table must be for people: ${table}`,
          )
        },
      )
      mustAgree(errors, [], 'Errors of an input that is there')
    },
  }
}
