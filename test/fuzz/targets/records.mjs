// What the report, the viewer, --resume and --config read: files that somebody may have changed.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { withConfigFile } from '../../../dist/cli/config-file.js'
import { ConfigError, InputError } from '../../../dist/errors.js'
import { RECORD_NAME } from '../../../dist/input/own-results.js'
import { readRecord } from '../../../dist/pipeline/reading/resume-record.js'
import { NO_COUNTS } from '../../../dist/pipeline/run-summary.js'
import { readSummary, writeReport } from '../../../dist/report/write-report.js'
import { ConnectionParts } from '../../../dist/view/connection-parts.js'
import { connectionQuery, matchingRows, sortRows } from '../../../dist/view/connection-query.js'
import { IndexStore } from '../../../dist/view/index-store.js'
import { OutputFolder } from '../../../dist/view/output-folder.js'
import { PayloadFiles } from '../../../dist/view/payload-files.js'
import { filesBelow } from '../lib/folders.mjs'
import { concat, mutateBytes, pick } from '../lib/mutate-bytes.mjs'
import { mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */

const EXPECTED = new URL('../../../fixtures/expected', import.meta.url).pathname
const VALUES = [
  '-1',
  '1e999',
  '0',
  '9007199254740993',
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '"../../etc/passwd"',
  '"</script>"',
  '"\\u0000"',
  '[[[[]]]]',
  '1e-7',
  '{"__proto__":1}',
  '"constructor"',
]
const QUERIES = [
  '',
  'sort=origHost&order=desc',
  'host=1&min=1&sort=origBytes',
  'port=80&damaged=1',
  'proto=tcp&state=SF&max=100',
]
/** What may stand for the gaps of a side; the first is sound. */
const GAPS = [
  [{ offset: 3, length: 7 }],
  [],
  null,
  'gaps',
  [null],
  [{}],
  [{ offset: -1, length: 5 }],
  [{ offset: 0, length: 1e300 }],
  [{ offset: '1', length: {} }],
  [{ offset: 2, length: 0 }],
  Array.from({ length: 200 }, (_, i) => ({ offset: i, length: 1 })),
]
const RECORD = {
  version: 3,
  options: { filter: null, utc: true },
  inputs: [{ name: 'a.pcap', size: 1, mtime_ns: '1' }],
  complete: true,
  failures: [],
  results: { files: 1, bytes: 2, sha256: 'x' },
  index: null,
  summary: {
    inputs: [
      {
        input: 0,
        bytes: 1,
        packets: 2,
        status: 'partial',
        problems: [{ offset: 1, length: 2, message: 'x' }],
        dropped: 0,
      },
    ],
    counts: NO_COUNTS,
    warnings: [],
  },
}
const OPTIONS = {
  'output-dir': 'out',
  workers: 2,
  utc: true,
  'input-file': ['a.pcap'],
  index: 'a.jsonl',
  memory: '64M',
}

/** @type {import('../lib/target.mjs').TargetMaker} */
export const report = ({ folder }) => {
  const seeds = filesBelow(EXPECTED)
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => readFileSync(path))
  const path = join(folder, 'report-index.jsonl')
  const page = join(folder, 'report.html')
  return {
    name: 'report',
    make: (random) => changedJson(random, pick(random, seeds), pick(random, seeds)),
    run: async (input) => {
      writeFileSync(path, input)
      const options = {
        path: page,
        indexPath: path,
        outputDir: folder,
        summary: null,
        title: 'Fuzzed',
        source: 'fuzz',
      }
      await inputErrorOr(() => writeReport(options))
      await inputErrorOr(() => readSummary(path))
      await readList(path, input.length)
    },
  }
}

/** As the viewer lists connections. @param {string} path of the index @param {number} bytes */
async function readList(path, bytes) {
  const store = await inputErrorOr(() => IndexStore.open(path))
  if (store === null) return
  try {
    while (!store.isLoaded) await setImmediate()
    const { count } = store.list
    mustHold(count <= bytes / 2, () => `${count} connections in ${bytes} bytes`)
    for (const text of QUERIES) {
      const query = connectionQuery(new URLSearchParams(text))
      if (query === null) throw new Error(`Query ${text} must be understood`)
      const rows = sortRows(store.list, query, matchingRows(store.list, query))
      mustHold(rows.length <= count && rows.every((row) => row < count), () => `Rows ${rows} of ${count}`)
    }
    for (let row = 0; row < Math.min(count, 5); row++) await inputErrorOr(() => store.record(row))
  } finally {
    await store.close()
  }
}

/** @type {import('../lib/target.mjs').TargetMaker} */
export const viewer = ({ folder }) => {
  const trees = filesBelow(EXPECTED).filter(
    (path) => /\/(?:headers|json|sides)\/[^/]*\.(?:txt|json)$/.test(path) && !path.includes('metadata'),
  )
  const seeds = trees.map((path) => ({ isJson: path.endsWith('.json'), bytes: readFileSync(path) }))
  const index = readFileSync(join(EXPECTED, 'handshake.pcap/sides/connections.jsonl'))
  const home = join(folder, 'viewer')
  return {
    name: 'viewer',
    // The first byte tells how the file is called, and which part is asked for.
    make: (random) => {
      const seed = pick(random, seeds)
      const kind = (seed.isJson ? 1 : 0) | (random.below(8) << 1)
      return concat([Uint8Array.of(kind), changedJson(random, seed.bytes, pick(random, seeds).bytes)])
    },
    run: async (input, random) => {
      const kind = input[0] ?? 0
      const name = kind & 1 ? 'a.json' : 'a.txt'
      mkdirSync(home, { recursive: true })
      const record = {
        ...JSON.parse(index.toString().split('\n')[0] ?? ''),
        orig_file: name,
        resp_file: kind & 2 ? null : name,
      }
      record.orig_gaps = kind & 4 ? pick(random, GAPS) : GAPS[0]
      record.resp_gaps = pick(random, GAPS)
      record.gaps_truncated = (kind & 8) !== 0
      writeFileSync(join(home, name), input.subarray(1))
      writeFileSync(join(home, 'index.jsonl'), `${JSON.stringify(record)}\n`)
      const store = await IndexStore.open(join(home, 'index.jsonl'))
      try {
        const payload = new PayloadFiles(await OutputFolder.open(home), null)
        await readConversation(new ConnectionParts(store, payload), input.length)
      } finally {
        await store.close()
        rmSync(home, { recursive: true, force: true })
      }
    },
  }
}

/** Part by part to the end. @param {ConnectionParts} parts @param {number} bytes of the file */
async function readConversation(parts, bytes) {
  await inputErrorOr(() => parts.details(0))
  for (const side of /** @type {const} */ ([null, 0, 1])) {
    /** @type {import('../../../dist/view/view-data.js').ReadingState | undefined} */
    let state
    let read = 0
    for (let turns = 0; ; turns++) {
      mustHold(turns <= bytes + 2, () => `More parts than the ${bytes} bytes of the file`)
      const part = await inputErrorOr(() => parts.conversation(0, side, state))
      if (part === null || part.next === null) break
      read += part.pieces.length
      state = part.next
    }
    mustHold(read <= 3 * bytes + 3, () => `${read} pieces of ${bytes} bytes`)
  }
}

/** @type {import('../lib/target.mjs').TargetMaker} */
export const resume = ({ folder }) => {
  const home = join(folder, 'resume')
  mkdirSync(home, { recursive: true })
  const seed = Buffer.from(JSON.stringify(RECORD))
  return {
    name: 'resume',
    make: (random) => changedJson(random, seed, seed),
    run: (input) => {
      writeFileSync(join(home, RECORD_NAME), input)
      const record = readRecord(home)
      if (record === null) return
      const isSound =
        typeof record.version === 'number' &&
        typeof record.complete === 'boolean' &&
        (record.version !== RECORD.version ||
          record.summary === null ||
          record.summary.inputs.length === record.inputs.length)
      mustHold(isSound, () => `A record must be sound: found ${JSON.stringify(record)}`)
    },
  }
}

/** @type {import('../lib/target.mjs').TargetMaker} */
export const config = ({ folder }) => {
  const path = join(folder, 'config.json')
  const seed = Buffer.from(JSON.stringify(OPTIONS))
  return {
    name: 'config',
    make: (random) => changedJson(random, seed, seed),
    run: (input) => {
      writeFileSync(path, input)
      try {
        withConfigFile({ values: {}, plain: [] }, path)
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        mustHold(
          !/undefined|\[object|bug/.test(error.message),
          () => `Message must be for people: found ${error.message}`,
        )
      }
    },
  }
}

/** Values of other types, fields twice or not at all, or any damage. @param {Random} random @param {Uint8Array} bytes @param {Uint8Array} other */
function changedJson(random, bytes, other) {
  if (random.chance(0.3)) return mutateBytes(random, bytes, other)
  let text = Buffer.from(bytes).toString('latin1')
  for (let left = random.between(1, 3); left > 0; left--) {
    const values = [...text.matchAll(/(?<=[:[,])(?:"[^"]*"|[\w.+-]+)/g)]
    if (values.length === 0) break
    const value = pick(random, values)
    const to = value.index + value[0].length
    text = `${text.slice(0, value.index)}${pick(random, VALUES)}${text.slice(to)}`
  }
  return Buffer.from(text, 'latin1')
}

/** @template T @param {() => T | Promise<T>} work @returns {Promise<T | null>} null: refused, in words */
async function inputErrorOr(work) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    mustHold(
      !/undefined|\[object|bug|is not a function|of null/.test(error.message),
      () => `Message must be for people: found ${error.message}`,
    )
    return null
  }
}
