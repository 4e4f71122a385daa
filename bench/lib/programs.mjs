import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
export const PROGRAM = join(root, 'bin', 'pcap2conn.js')
const FLOOR = join(import.meta.dirname, '..', 'floor.mjs')

/**
 * Something that is measured.
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {string} command
 * @property {(capture: string, out: string, manifest: string) => string[]} args
 * @property {string} version
 * @property {boolean} isOurs
 * @property {boolean} isFloor it needs the list of our files, and its report says what of its time does not count
 */

/** @param {number} workers @returns {Contestant} */
function ours(workers) {
  return {
    name: `pcap2conn, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
    command: process.execPath,
    args: (capture, out) => [PROGRAM, ...ourArguments(capture, out), '--workers', String(workers)],
    version: versionOf(process.execPath, [PROGRAM, '--version']) || 'not built',
    isOurs: true,
    isFloor: false,
  }
}

/** One file for each direction, as tcpflow has it. @param {string} capture @param {string} out */
export function ourArguments(capture, out) {
  return ['-r', capture, '-o', out, '-s', '--utc', '--quiet']
}

/** @returns {Contestant} */
function floor() {
  const threads = availableParallelism()
  return {
    name: `floor, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    command: process.execPath,
    args: (capture, out, manifest) => [FLOOR, '--capture', capture, '--manifest', manifest, '--out', out],
    version: process.version,
    isOurs: false,
    isFloor: true,
  }
}

/** @type {readonly { command: string, versionFlag: string, args: (capture: string, out: string) => string[], isSlow: boolean }[]} */
const OTHERS = [
  {
    command: 'tcpflow',
    versionFlag: '-V',
    args: (capture, out) => ['-r', capture, '-o', out],
    isSlow: false,
  },
  {
    command: 'tcpdump',
    versionFlag: '--version',
    args: (capture) => ['-r', capture, '-w', '/dev/null'],
    isSlow: false,
  },
  {
    command: 'tshark',
    versionFlag: '--version',
    args: (capture) => ['-r', capture, '-q', '-z', 'conv,tcp'],
    isSlow: true,
  },
]

/** @param {string} command @param {readonly string[]} args @returns {string | null} first line; null: cannot run */
function versionOf(command, args) {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (error !== undefined) return null
  return `${stdout}${stderr}`.split('\n')[0]?.trim() ?? ''
}

/**
 * Everything that can be measured on this machine, ours first.
 *
 * @param {boolean} isQuick slow programs are left out
 * @param {(line: string) => void} say told what is left out
 * @returns {Contestant[]}
 */
export function contestants(isQuick, say) {
  const workers = [...new Set([1, 2, availableParallelism()])].toSorted((a, b) => a - b)
  const found = [...workers.map(ours), floor()]
  for (const { command, versionFlag, args, isSlow } of OTHERS) {
    const version = versionOf(command, [versionFlag])
    if (version === null) say(`${command}: not installed, skipped`)
    else if (isSlow && isQuick) say(`${command}: too slow for --quick, skipped`)
    else found.push({ name: command, command, args, version, isOurs: false, isFloor: false })
  }
  return found
}
