// Measures how many packets per second are captured without loss, compared with tcpdump. See README.md in this folder.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { PROGRAM } from './lib/programs.mjs'
import { machine } from './lib/report.mjs'
import { remove, workFolder } from './lib/work-folder.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    bytes: { type: 'string', default: '200' },
    rates: { type: 'string' },
    seconds: { type: 'string' },
    dir: { type: 'string' },
  },
})
const RATES = (values.rates ?? (values.quick ? '50000,200000' : '25000,50000,100000,200000,300000,400000,0'))
  .split(',')
  .map(Number)
const SECONDS = values.seconds ?? (values.quick ? '1' : '4')
const BUFFER_MIB = 64
/** Time after which the kernel's buffer is certainly empty, whichever program reads it. */
const SETTLE_MS = 1500
const BLASTER = join(import.meta.dirname, 'lib', 'datagram-blaster.mjs')

if (process.geteuid?.() !== 0 || process.platform !== 'linux') {
  console.log('Live capture can only be measured as root on Linux: skipped')
  process.exit(0)
}

try {
  createRequire(BLASTER).resolve('koffi')
} catch {
  console.log('The sender of the bench needs the package koffi, which is not installed: skipped')
  process.exit(0)
}

const folder = join(workFolder(values.dir), `live-${process.pid}`)
const out = join(folder, 'out')
const raw = join(folder, 'raw')
const summary = join(folder, 'summary.json')
const [sender, receiver] = [`p2cb${process.pid}s`, `p2cb${process.pid}r`]
const TARGET = '10.98.0.9'

/** The program `ip` of iproute2. */
const IP = 'ip'

/** @param {string[]} args */
const ip = (...args) => execFileSync(IP, args, { stdio: ['ignore', 'ignore', 'inherit'] })

// Datagrams go over a veth pair between two namespaces to an address that nobody has, so that there are no answers.
function makeNetwork() {
  for (const name of [sender, receiver]) ip('netns', 'add', name)
  ip('-n', sender, 'link', 'add', 'out', 'type', 'veth', 'peer', 'name', 'in', 'netns', receiver)
  ip('-n', sender, 'addr', 'add', '10.98.0.1/24', 'dev', 'out')
  ip('-n', receiver, 'link', 'set', 'in', 'address', '02:00:00:00:00:09', 'up')
  ip('-n', sender, 'link', 'set', 'out', 'up')
  ip('-n', sender, 'neigh', 'add', TARGET, 'lladdr', '02:00:00:00:00:09', 'dev', 'out')
}

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => boolean} isThere returns whether it is available, and prints a line if not
 * @property {string[]} command
 * @property {string} readyText text on standard error that shows that it captures
 * @property {(stderr: string) => { captured: number, dropped: number | null }} counts
 */

/** @param {string} name @param {'libpcap' | 'cap'} backend @param {string[]} more @returns {Contender} */
function ours(name, backend, more = []) {
  const args = ['--live-backend', backend, ...more]
  const common = ['-i', 'in', '-e', 'udp', '-o', out, '--force', '--summary', summary, '--progress', 'never']
  return {
    name,
    isThere: () => isBackendThere(backend),
    command: [process.execPath, PROGRAM, ...common, '--buffer-size', `${BUFFER_MIB}M`, ...args],
    readyText: 'Capturing on',
    counts() {
      const { packets, inputs } = JSON.parse(readFileSync(summary, 'utf8'))
      return { captured: packets.read, dropped: inputs[0].live.dropped }
    },
  }
}

/** @type {Contender[]} */
const CONTENDERS = [
  {
    name: 'tcpdump -w',
    isThere: () => isInstalled('tcpdump'),
    command: ['tcpdump', '-i', 'in', '-w', raw, '-B', String(BUFFER_MIB * 1024), '-Z', 'root', 'udp'],
    readyText: 'listening on',
    counts(stderr) {
      const count = (/** @type {RegExp} */ pattern) => Number(pattern.exec(stderr)?.[1])
      return {
        captured: count(/(\d+) packets? captured/),
        dropped: count(/(\d+) packets? dropped by kernel/),
      }
    },
  },
  ours('libpcap', 'libpcap'),
  ours('libpcap -w', 'libpcap', ['-w', raw]),
  ours('libpcap --no-write', 'libpcap', ['--no-write']),
  ours('cap', 'cap'),
  ours('cap --no-write', 'cap', ['--no-write']),
]

/** @param {string} program */
function isInstalled(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    console.log(`${program} is not installed: skipped`)
    return false
  }
}

/** @type {Map<string, boolean>} */
const backends = new Map()

/** True when the program can capture through a backend. The backends' packages are optional. @param {string} backend */
function isBackendThere(backend) {
  let isThere = backends.get(backend)
  if (isThere === undefined) {
    const args = ['-l', '--live-backend', backend]
    isThere = spawnSync(process.execPath, [PROGRAM, ...args]).status === 0
    if (!isThere)
      console.log(`the backend ${backend} does not work here: skipped (pcap2conn ${args.join(' ')} says why)`)
    backends.set(backend, isThere)
  }
  return isThere
}

/** @param {Contender} contender @param {number} rate */
async function measure({ name, command, readyText, counts }, rate) {
  const program = spawn(IP, ['netns', 'exec', receiver, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  const ready = new Promise((resolve) => {
    program.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
      if (stderr.includes(readyText)) resolve(true)
    })
  })
  const ended = once(program, 'close')
  await Promise.race([ready, ended.then(() => Promise.reject(new Error(`${name}: ${stderr}`)))])
  const args = [
    'netns',
    'exec',
    sender,
    process.execPath,
    BLASTER,
    TARGET,
    String(rate),
    SECONDS,
    String(values.bytes),
  ]
  const blaster = spawn(IP, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  blaster.stdout.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  await once(blaster, 'close')
  await setTimeout(SETTLE_MS)
  program.kill('SIGINT')
  await ended
  for (const path of [out, raw]) remove(path)
  const sent = Number(said)
  const { captured, dropped } = counts(stderr)
  return { sent, captured, dropped, lost: sent - captured }
}

/** @param {number} count */
const text = (count) => Math.round(count).toLocaleString('en')

const contenders = CONTENDERS.filter(({ isThere }) => isThere())
const { model, processors, system, node } = machine()
console.log(`${model}, ${processors} processors, ${system}, node ${node}`)
console.log(`datagrams of ${values.bytes} bytes, ${SECONDS} s each, kernel's buffer ${BUFFER_MIB} MiB\n`)
console.log(
  `${'program'.padEnd(20)}${['wanted/s', 'sent/s', 'captured', 'lost', 'of it told'].map((h) => h.padStart(14)).join('')}`,
)
workFolder(folder)
makeNetwork()
try {
  /** @type {Map<string, number>} */
  const best = new Map()
  for (const rate of RATES) {
    for (const contender of contenders) {
      const { sent, captured, dropped, lost } = await measure(contender, rate)
      const sentRate = sent / Number(SECONDS)
      if (lost === 0) best.set(contender.name, Math.max(sentRate, best.get(contender.name) ?? 0))
      const cells = [
        rate === 0 ? 'all' : text(rate),
        text(sentRate),
        text(captured),
        text(lost),
        dropped === null ? '-' : text(dropped),
      ]
      console.log(`${contender.name.padEnd(20)}${cells.map((cell) => cell.padStart(14)).join('')}`)
    }
  }
  console.log('\nmost packets a second without loss')
  for (const { name } of contenders)
    console.log(`  ${name.padEnd(20)}${text(best.get(name) ?? 0).padStart(12)}`)
} finally {
  for (const namespace of [sender, receiver]) ip('netns', 'delete', namespace)
  remove(folder)
}
