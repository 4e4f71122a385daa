// Compares what `get` writes with what the conversion writes, for every connection of every capture of a folder, alone and merged with the
// next one, and what `explain` says of the first ones with their index records, and with tshark's numbers of frames.
//
//   node test/archive/over-corpus.mjs FOLDER [every Nth capture]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const [folder = '', step = '1'] = process.argv.slice(2)
const PROGRAM = process.env.PCAP2CONN ?? new URL('../../bin/pcap2conn.js', import.meta.url).pathname
/** @type {readonly [form: string, options: string[]][]} */
const FORMS = [
  ['files', []],
  ['sides', ['-s']],
  ['json', ['-j']],
]

/** @param {string[]} args @param {string} [input] */
function run(args, input) {
  const result = spawnSync(process.execPath, [PROGRAM, ...args], { input, maxBuffer: 2 ** 30 })
  return { code: result.status, stdout: result.stdout, stderr: result.stderr.toString() }
}

/** @param {string} path */
function filesIn(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** @param {string} a @param {string} b */
function difference(a, b) {
  const names = (/** @type {string} */ path) => filesIn(path).map((file) => relative(path, file))
  const [left, right] = [names(a), names(b)]
  const [inLeft, inRight] = [new Set(left), new Set(right)]
  const only = left.find((name) => !inRight.has(name)) ?? right.find((name) => !inLeft.has(name))
  if (only !== undefined) return `only one has ${only}`
  const other = left.find((name) => !readFileSync(join(a, name)).equals(readFileSync(join(b, name))))
  return other === undefined ? null : `${other} is another one`
}

/** Connections of a capture that are explained. */
const MOST_EXPLAINED = 2
const FATES = ['delivered', 'gap', 'repeated', 'conflicting', 'outside']

/**
 * What is wrong with the explanation of a connection; null: nothing.
 * @param {string} archive
 * @param {Record<string, any>} record
 * @param {Map<string, string>} times By numbers of frames.
 */
function explained(archive, record, times) {
  const { code, stdout, stderr } = run(['explain', archive, record.uid])
  if (code !== 0) return `explain: exit code ${code}: ${stderr.slice(0, 300)}`
  /** @type {Map<string, number>} */
  const sums = new Map()
  let members = 0
  for (const line of stdout.toString().trimEnd().split('\n').slice(1)) {
    const [time = '', side, , , , bytes, , became = '', , number = ''] = line.split('\t')
    const expected = times.get(number)
    if (
      times.size > 0 &&
      number !== '-' &&
      expected !== '' &&
      !(Number(expected) < 0) &&
      Number(expected).toFixed(5) !== Number(time).toFixed(5)
    )
      return `explain: frame ${number} is of ${expected}, not of ${time}`
    if (bytes === '-' || became.startsWith('ICMP error') || became.startsWith('duplicate')) continue
    members += 1
    let own = 0
    for (const text of became === '-' ? [] : became.split(', ')) {
      const parts = /^(\w+)(?: \(\w+\))? (?:(\d+) B|(-?\d+)-(-?\d+))(?: of side (\d))?$/.exec(text)
      if (parts === null) continue
      const [, fate = '', count, from, to, of = side] = parts
      const length = count === undefined ? Number(to) - Number(from) : Number(count)
      if (length <= 0) return `explain: ${text}`
      sums.set(`${of}${fate}`, (sums.get(`${of}${fate}`) ?? 0) + length)
      if (of === side && fate !== 'gap' && fate !== 'delivered') own += length
    }
    if (own > Number(bytes) && !/outside|reset/.test(became)) return `explain: ${line}`
  }
  const sum = (/** @type {string} */ fate, /** @type {number} */ side) => sums.get(`${side}${fate}`) ?? 0
  for (const [side, name] of [
    [0, 'orig'],
    [1, 'resp'],
  ]) {
    const found = FATES.map((fate) => sum(fate, Number(side)))
    const retrans = record[`${name}_retrans_bytes`] - record[`${name}_conflict_bytes`]
    const fields = ['bytes', 'missed_bytes', '', 'conflict_bytes', 'outside_bytes']
    const counted = fields.map((field) => (field === '' ? retrans : record[`${name}_${field}`]))
    if (found.join() !== counted.join())
      return `explain ${record.uid}: side ${side} has ${FATES.map((fate, i) => `${fate} ${found[i]}`)}, counted were ${counted}`
  }
  const packets = record.orig_pkts + record.resp_pkts
  return members === packets ? null : `explain ${record.uid}: ${members} of ${packets} packets`
}

/**
 * Compares the files of packets of a conversion with those of `get`, and lets tcpdump read some.
 * @param {string[]} reading @param {string} archive @param {string} index @param {string} temp
 */
function packetFiles(reading, archive, index, temp) {
  const [whole, got] = [join(temp, 'pcap-whole'), join(temp, 'pcap-got')]
  mkdirSync(whole)
  mkdirSync(got)
  run([...reading, '-q', '-o', whole, '--pcap', '--no-payload'])
  const uids = readFileSync(index, 'utf8').matchAll(/"uid":"(\w+)"/g)
  run(['get', archive, '-', '-q', '--as', 'pcap', '-o', got], [...uids].map(([, uid]) => uid).join('\n'))
  const problem = difference(whole, got)
  if (problem !== null) return `pcap: ${problem}`
  for (const file of filesIn(whole).slice(0, MOST_EXPLAINED)) {
    const { error, status, stderr } = spawnSync('tcpdump', ['-nr', file, '-w', '/dev/null'])
    if (
      error === undefined &&
      status !== 0 &&
      !/unknown|unsupported|not supported|different/i.test(String(stderr))
    )
      return `tcpdump: ${file}: ${stderr}`
  }
  return null
}

/** Times by numbers of frames, as tshark has them. @param {string} capture */
function timesOf(capture) {
  const fields = ['-T', 'fields', '-e', 'frame.number', '-e', 'frame.time_epoch']
  const { stdout } = spawnSync('tshark', ['-n', '-r', capture, ...fields], { maxBuffer: 2 ** 30 })
  const rows = (stdout?.toString() ?? '').split('\n').filter((row) => row.includes('\t'))
  return new Map(rows.map((row) => /** @type {[string, string]} */ (row.split('\t'))))
}

/** @param {string[]} captures Several are merged. @param {string} temp */
function check(captures, temp) {
  const reading = captures.length === 1 ? captures : [...captures, '--merge']
  const archive = join(temp, 'archive')
  const index = join(temp, 'index.jsonl')
  run(['index', ...reading, '-o', archive, '-q'])
  for (const [form, options] of FORMS) {
    const [whole, got] = [join(temp, `${form}-whole`), join(temp, `${form}-got`)]
    mkdirSync(whole)
    mkdirSync(got)
    // A capture of another kind has no index.
    const converted = run([...reading, '-q', '-o', whole, '--index', index, '--force', ...options])
    if (converted.code === 75 || !existsSync(index)) return null
    const uids = readFileSync(index, 'utf8').matchAll(/"uid":"(\w+)"/g)
    const list = [...uids].map(([, uid]) => uid).join('\n')
    if (list === '') return null
    const { code, stderr } = run(['get', archive, '-', '-q', '--as', form, '-o', got], list)
    const problem = difference(whole, got)
    if (problem !== null) return `${form}: ${problem} (${code}) ${stderr.slice(0, 300)}`
    if (code !== 0) return `${form}: exit code ${code}: ${stderr.slice(0, 300)}`
  }
  const packets = packetFiles(reading, archive, index, temp)
  if (packets !== null) return packets
  const records = readFileSync(index, 'utf8').trimEnd().split('\n').slice(0, MOST_EXPLAINED)
  const times = captures.length === 1 ? timesOf(captures[0] ?? '') : new Map()
  for (const record of records) {
    const problem = explained(archive, JSON.parse(record), times)
    if (problem !== null) return problem
  }
  return null
}

const all = filesIn(folder).filter((path) => statSync(path).size <= 2 ** 28)
const groups = all.flatMap((capture, i) => {
  const next = all[i + 1]
  return i % Number(step) > 0 ? [] : next === undefined ? [[capture]] : [[capture], [capture, next]]
})
let wrong = 0
for (const captures of groups) {
  const temp = mkdtempSync(join(tmpdir(), 'get-'))
  try {
    const problem = check(captures, temp)
    if (problem === null) continue
    wrong += 1
    console.log(`${captures.join(' ')}: ${problem}`)
  } catch (error) {
    wrong += 1
    console.log(`${captures.join(' ')}: ${/** @type {Error} */ (error).message}`)
  } finally {
    rmSync(temp, { recursive: true })
  }
}
console.log(`${groups.length} captures and pairs of them, ${wrong} not the same`)
process.exitCode = wrong === 0 ? 0 : 1
