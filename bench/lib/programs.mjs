import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
export const PROGRAM = join(root, 'bin', 'pcap2conn.js')
/** Name of the contestant that writes nothing. */
export const NO_WRITE = 'pcap2conn --no-write'
const FLOOR = join(import.meta.dirname, '..', 'floor.mjs')

/**
 * A program to measure.
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {string} command
 * @property {(capture: string, out: string, manifest: string) => string[]} args
 * @property {string} version
 * @property {boolean} isOurs
 * @property {(capture: string) => boolean} [takes] whether it can read a capture; by default every capture
 * @property {boolean} isFloor true for the floor, which needs the list of our files and reports time that does not count
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

/** pcap2conn on all processors, writing nothing. @returns {Contestant} */
function oursUnwritten() {
  return {
    ...ours(availableParallelism()),
    name: NO_WRITE,
    args: (capture, out) => [PROGRAM, ...ourArguments(capture, out), '--no-write'],
    isOurs: false,
  }
}

/** PcapPlusPlus's example program, which Debian does not package. @param {string} command @returns {Contestant} */
function tcpReassembly(command) {
  return {
    name: 'TcpReassembly',
    command: 'sh', // it does not create its output folder
    args: (capture, out) => ['-c', 'mkdir -p "$3" && "$1" -r "$2" -o "$3" -s', 'sh', command, capture, out],
    version: versionOf(command, ['-v']) ?? 'unknown',
    isOurs: false,
    isFloor: false,
  }
}

/** pcap-ng-parser, counting packets. @returns {Contestant} */
function pcapNgParser() {
  return {
    name: 'pcap-ng-parser, count',
    command: process.execPath,
    args: (capture) => [join(import.meta.dirname, 'count-packets.mjs'), capture],
    version: JSON.parse(readFileSync(join(root, 'node_modules/pcap-ng-parser/package.json'), 'utf8')).version,
    isOurs: false,
    isFloor: false,
    takes: (capture) => capture.endsWith('.pcapng'),
  }
}

/** Our options for one file per direction, as tcpflow writes. @param {string} capture @param {string} out */
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

/**
 * @type {readonly { command: string, versionFlag: string, args: (capture: string, out: string) => string[], isSlow:
 *        boolean }[]}
 */
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

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {string | null} first line; null when it cannot run
 */
function versionOf(command, args) {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (error !== undefined) return null
  return `${stdout}${stderr}`.split('\n')[0]?.trim() ?? ''
}

/**
 * All programs that can be measured on this machine, ours first.
 *
 * @param {boolean} isQuick true to skip slow programs
 * @param {string | undefined} tcpReassemblyPath path of PcapPlusPlus's program
 * @param {(line: string) => void} say called with a line for each program skipped
 * @returns {Contestant[]}
 */
export function contestants(isQuick, tcpReassemblyPath, say) {
  const workers = [...new Set([1, 2, availableParallelism()])].toSorted((a, b) => a - b)
  const found = [...workers.map(ours), oursUnwritten(), floor(), pcapNgParser()]
  if (tcpReassemblyPath !== undefined) found.push(tcpReassembly(tcpReassemblyPath))
  for (const { command, versionFlag, args, isSlow } of OTHERS) {
    const version = versionOf(command, [versionFlag])
    if (version === null) say(`${command}: not installed, skipped`)
    else if (isSlow && isQuick) say(`${command}: too slow for --quick, skipped`)
    else found.push({ name: command, command, args, version, isOurs: false, isFloor: false })
  }
  return found
}
