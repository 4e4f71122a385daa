// Compares what `get` writes with what the conversion writes, for every connection of every capture of a folder.
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

/** @param {string} capture @param {string} temp */
function check(capture, temp) {
  const archive = join(temp, 'archive')
  const index = join(temp, 'index.jsonl')
  run(['index', capture, '-o', archive, '-q'])
  for (const [form, options] of FORMS) {
    const [whole, got] = [join(temp, `${form}-whole`), join(temp, `${form}-got`)]
    mkdirSync(whole)
    mkdirSync(got)
    // A capture of another kind has no index.
    const converted = run([capture, '-q', '-o', whole, '--index', index, '--force', ...options])
    if (converted.code === 75 || !existsSync(index)) return null
    const uids = readFileSync(index, 'utf8').matchAll(/"uid":"(\w+)"/g)
    const list = [...uids].map(([, uid]) => uid).join('\n')
    if (list === '') return null
    const { code, stderr } = run(['get', archive, '-', '-q', '--as', form, '-o', got], list)
    const problem = difference(whole, got)
    if (problem !== null) return `${form}: ${problem} (${code}) ${stderr.slice(0, 300)}`
    if (code !== 0) return `${form}: exit code ${code}: ${stderr.slice(0, 300)}`
  }
  return null
}

const captures = filesIn(folder).filter((_, i) => i % Number(step) === 0)
let wrong = 0
for (const capture of captures) {
  if (statSync(capture).size > 2 ** 28) continue
  const temp = mkdtempSync(join(tmpdir(), 'get-'))
  try {
    const problem = check(capture, temp)
    if (problem === null) continue
    wrong += 1
    console.log(`${capture}: ${problem}`)
  } catch (error) {
    wrong += 1
    console.log(`${capture}: ${/** @type {Error} */ (error).message}`)
  } finally {
    rmSync(temp, { recursive: true })
  }
}
console.log(`${captures.length} captures, ${wrong} not the same`)
process.exitCode = wrong === 0 ? 0 : 1
