import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { convert } from '../../../dist/index.js'
import { anatomyOf, writePcapng } from '../lib/capture-parts.mjs'
import { filesBelow, treeOf, useTempFolder } from '../lib/folders.mjs'
import { pick } from '../lib/mutate-bytes.mjs'
import { anyCapture } from '../lib/mutate-capture.mjs'
import { isPlain, mustAgree, mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */
/** @typedef {import('../../../dist/index.js').Summary} Summary */

const PROGRAM = new URL('../../../bin/pcap2conn.js', import.meta.url).pathname
const FILTERS = [
  'tcp',
  'udp port 53',
  'ip or ip6',
  'greater 100',
  'tcp[tcpflags] & tcp-syn != 0',
  'not port 80',
]
const SAFE_NAME = /^[0-9A-Za-z][0-9A-Za-z._()~+-]*$/
/** What only a fault in the program says. */
const FAULT =
  /\bbug\b|\n {4}at |TypeError|ReferenceError|RangeError|Cannot read prop|is not a function|is not iterable|undefined|NaN|\[object/
const COMMAND_MS = 60_000

/** @type {import('../lib/target.mjs').TargetMaker} */
export const program = ({ captures, folder }) => ({
  name: 'program',
  make: (random) => anyCapture(random, captures),
  run: async (input, random) => {
    const places = new Places(folder, 'program')
    const path = places.input(input)
    const isMerged = random.chance(0.1)
    const inputFile = isMerged ? [path, places.copyOf(path)] : [path]
    const options = { ...conversionOptions(random), inputFile, merge: isMerged }
    try {
      const tree = await conversion(options, places)
      if (random.chance(0.2)) await checkPieces(input, { ...options, merge: false }, places, random)
      if (!random.chance(0.1)) return
      const others = { workers: random.between(1, 3), memory: '1M', maxFileDesc: pick(random, [1, 3, 500]) }
      const again = await conversion({ ...options, ...others }, places)
      // What memory gave up is announced.
      if (!tree.isExact || !again.isExact) return
      mustAgree(tree.files, again.files, `Files with ${JSON.stringify(others)}`)
      mustAgree(tree.totals, again.totals, `Totals with ${JSON.stringify(others)}`)
    } finally {
      places.remove()
    }
  },
})

/**
 * A capture gives the same in one file and in several, which are put in order by their first packets.
 *
 * @param {Uint8Array} input
 * @param {import('../../../dist/index.js').ConvertOptions} options
 * @param {Places} places
 * @param {Random} random
 */
async function checkPieces(input, options, places, random) {
  const packets = anatomyOf(input)?.packets ?? []
  const cuts = [0, 1, 2].map(() => random.below(packets.length + 1)).sort((a, b) => a - b)
  const pieces = [0, ...cuts]
    .map((from, i) => packets.slice(from, cuts[i] ?? packets.length))
    .filter((piece) => piece.length > 0)
  const firsts = pieces.map(([first]) => (first?.tsSec ?? 0) * 1e6 + Math.floor((first?.tsNsec ?? 0) / 1000))
  if (pieces.length < 2 || firsts.some((time, i) => i > 0 && time <= (firsts[i - 1] ?? 0))) return
  const whole = await conversion(
    { ...options, inputFile: [places.input(writePcapng(packets), 'whole.cap')] },
    places,
  )
  const inputFile = pieces.map((piece, i) => places.input(writePcapng(piece), `piece${i}.cap`))
  const cut = await conversion({ ...options, inputFile: inputFile.reverse() }, places)
  if (whole.isExact && cut.isExact)
    mustAgree(whole.files, cut.files, `Files of one capture and of ${pieces.length}`)
}

/** @type {import('../lib/target.mjs').TargetMaker} */
export const command = ({ captures, folder }) => ({
  name: 'command',
  make: (random) => anyCapture(random, captures),
  run: (input, random) => {
    const places = new Places(folder, 'command')
    const path = places.input(input)
    try {
      const args = commandArguments(random, path, places.output())
      const isPiped = args[0] === '-r' && random.chance(0.2)
      if (isPiped) args[1] = '-'
      const result = spawnSync(process.execPath, [PROGRAM, ...args], {
        timeout: COMMAND_MS,
        maxBuffer: 256 * 1024 * 1024,
        ...(isPiped ? { input } : {}),
      })
      const stderr = result.stderr.toString()
      const shown = `${args.join(' ')}: exit ${result.status}, ${result.signal ?? 'no signal'}: ${stderr.slice(0, 2000)}`
      mustHold(result.status === 0 || result.status === 1, () => `Exit code must be 0 or 1: ${shown}`)
      mustHold(!FAULT.test(stderr), () => `Messages must be for people: ${shown}`)
      mustHold(result.status === 0 || stderr !== '', () => `A failure must be told: ${shown}`)
      mustHold(isPlain(stderr), () => `Messages must not have control characters: ${shown}`)
      mustAgree(readdirSync(places.temp), [], 'Temporary files left')
    } finally {
      places.remove()
    }
  },
})

/** The folders of one case. */
class Places {
  /** @param {string} folder @param {string} name */
  constructor(folder, name) {
    this.folder = join(folder, name)
    this.temp = join(this.folder, 'temp')
    this.outputs = 0
    mkdirSync(this.temp, { recursive: true })
    this.leaveTemp = useTempFolder(this.temp)
  }

  /** @param {Uint8Array} bytes @param {string} name */
  input(bytes, name = 'input.cap') {
    const path = join(this.folder, name)
    writeFileSync(path, bytes)
    return path
  }

  /** @param {string} path */
  copyOf(path) {
    copyFileSync(path, `${path}.copy`)
    return `${path}.copy`
  }

  /** A folder that isn't there yet. */
  output() {
    this.outputs += 1
    return join(this.folder, `out${this.outputs}`)
  }

  remove() {
    this.leaveTemp()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** @param {Random} random */
function conversionOptions(random) {
  return {
    utc: true,
    writeMetadata: random.chance(0.3),
    separateSides: random.chance(0.5),
    chunksHeader: random.chance(0.2),
    json: random.chance(0.3),
    gaps: pick(random, /** @type {const} */ (['marker', 'skip', 'zeros'])),
    overlap: pick(random, /** @type {const} */ (['first', 'last'])),
    noDecap: random.chance(0.1),
    tcpTimeout: pick(random, [0, 1, 3600]),
    udpTimeout: pick(random, [0, 1, 300]),
    // Without a number small captures need no thread, which is much faster.
    ...(random.chance(0.15) ? { workers: random.between(1, 3) } : {}),
    ...filterOrLinkType(random),
    ...(random.chance(0.1) ? { maxBytes: random.below(2000) } : {}),
  }
}

/** Not both: there are link types that a filter cannot be used with, which is bad usage. @param {Random} random */
function filterOrLinkType(random) {
  if (random.chance(0.2)) return { filter: pick(random, FILTERS) }
  return random.chance(0.1) ? { linkType: pick(random, [0, 1, 101, 105, 113, 127, 147, 276]) } : {}
}

/** @param {import('../../../dist/index.js').ConvertOptions} options @param {Places} places */
async function conversion(options, places) {
  const output = places.output()
  const index = join(places.folder, `${basename(output)}.jsonl`)
  const summary = await convert({ ...options, outputDir: output, index })
  checkSummary(summary)
  mustAgree(readdirSync(places.temp), [], 'Temporary files left')
  const lines = readFileSync(index, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  mustAgree(lines.length, summary.connections.total, 'Records and connections')
  checkFiles(output, lines, summary)
  checkZeros(options, output, lines, summary.warnings)
  const { inputs, packets, connections, bytes, overlap_conflicts, gaps, files, limits } = summary
  return {
    files: [...treeOf(output), lines],
    totals: {
      inputs,
      packets,
      connections,
      overlap_conflicts,
      gaps,
      files,
      payload: bytes.payload,
      missing: bytes.missing,
    },
    isExact: !('held_memory' in limits),
  }
}

/** @param {Summary} summary */
function checkSummary(summary) {
  const { read, filtered, not_ip, malformed, fragments, duplicates, delivered } = summary.packets
  mustAgree(
    read,
    filtered + not_ip + malformed + fragments + duplicates + delivered,
    'Packets read, and what became of them,',
  )
  const texts = [
    ...summary.errors,
    ...summary.inputs.flatMap(({ problems }) => problems.map(({ message }) => message)),
  ]
  for (const text of texts)
    mustHold(!FAULT.test(text) && isPlain(text), () => `Message must be for people: found ${text}`)
  const numbers = JSON.stringify(summary, (_, value) =>
    typeof value === 'number' && !(value >= 0) ? `bad ${value}` : value,
  )
  mustHold(!numbers.includes('"bad '), () => `Totals must be numbers from 0 up: ${numbers}`)
}

/** @param {string} output @param {readonly string[]} lines @param {Summary} summary */
function checkFiles(output, lines, summary) {
  const names = filesBelow(output).map((path) => path.slice(output.length + 1))
  for (const name of names) mustHold(SAFE_NAME.test(name), () => `File name must be safe: found ${name}`)
  mustAgree(names.length, summary.files, 'Files')
  const records = lines.map((line) => JSON.parse(line))
  const named = new Set(
    records.flatMap(({ orig_file, resp_file }) => [orig_file, resp_file]).filter((name) => name !== null),
  )
  const content = names.filter((name) => !name.includes('-metadata.'))
  mustAgree([...named].sort(), content.sort(), 'Files of the records, and those that are there,')
  const sum = (/** @type {string} */ field) => records.reduce((total, record) => total + record[field], 0)
  mustAgree(
    sum('orig_bytes') + sum('resp_bytes'),
    summary.bytes.payload,
    'Payload of the records, and in all,',
  )
  mustAgree(
    sum('orig_missed_bytes') + sum('resp_missed_bytes'),
    summary.bytes.missing,
    'Missing bytes of the records, and in all,',
  )
  mustAgree(
    sum('orig_pkts') + sum('resp_pkts'),
    summary.packets.delivered,
    'Packets of the records, and those delivered,',
  )
}

/**
 * Zeros stand for every byte that is missing, but where there are too many.
 *
 * @param {import('../../../dist/index.js').ConvertOptions} options
 * @param {string} output
 * @param {readonly string[]} lines
 * @param {readonly string[]} warnings
 */
function checkZeros({ gaps, json, chunksHeader, maxBytes }, output, lines, warnings) {
  const isPlainContent = !json && !chunksHeader && maxBytes === undefined
  if (gaps !== 'zeros' || !isPlainContent || warnings.length > 0) return
  for (const line of lines) {
    const record = JSON.parse(line)
    const { orig_file, resp_file } = record
    const [orig, resp] = ['orig', 'resp'].map(
      (side) => record[`${side}_bytes`] + record[`${side}_missed_bytes`],
    )
    const expected = orig_file === resp_file ? [orig + resp, orig + resp] : [orig, resp]
    for (const [i, file] of [orig_file, resp_file].entries()) {
      if (file === null) continue
      const { size } = statSync(join(output, file))
      mustAgree(size, expected[i], `Bytes of ${file}, and those of its streams with zeros,`)
    }
  }
}

/** @param {Random} random @param {string} path @param {string} output */
function commandArguments(random, path, output) {
  switch (random.below(6)) {
    case 0:
      return ['inspect', path]
    case 1:
      return ['inspect', '--json', path]
    case 2:
      return [
        '-r',
        path,
        '-c',
        ...(random.chance(0.5) ? ['-j'] : ['-d']),
        ...(random.chance(0.3) ? ['-e', pick(random, FILTERS)] : []),
      ]
    case 3:
      return ['-r', path, '-c', '--hex', '-q']
    default:
      return [
        '-r',
        path,
        '-o',
        output,
        '-smj',
        '--index',
        `${output}.${pick(random, ['jsonl', 'csv', 'parquet', 'log'])}`,
        '--summary',
        `${output}.json`,
        ...(random.chance(0.3) ? ['--workers', '2'] : []),
      ]
  }
}
