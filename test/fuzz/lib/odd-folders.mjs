// Folders of inputs as they are found in the wild, made of numbers, and what is to be read of them.

import { spawnSync } from 'node:child_process'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { gzipSync } from 'node:zlib'
import { endpoint } from '../../../fixtures/generator/packets.mjs'
import { Script } from '../../../fixtures/generator/script.mjs'

/** Bytes of a step: what is made, its name, where, and of what. */
export const STEP_BYTES = 4
const MOST_STEPS = 40

/** Names in a line each: control characters, quotes, patterns, options, what a page or a table would take for its own. */
const TEXT_NAMES = [
  'a.pcap b.pcapng c A.pcap - -r --force é e\u0301 \u202egnp.pcap * ?.pcap [a] {a,b} !(x) ~ a.pcap~2 $(id) `id` \' " \\',
  'a\\b %41 ... ..a 日本.pcap \u{1f600} con a.pcap.gz a.txt stdin =1+1 @x null __proto__ <b> &amp; a\nb \x1b[31mred \x7f',
  `\u009b2J a\tb a\rb ${'x'.repeat(255)} ${'y'.repeat(256)} ${'é'.repeat(127)}`,
].flatMap((line) => [...line.split(' '), ' ', 'a b'])
/** A path is bytes. */
const BYTE_NAMES = [
  [0xff],
  [0xfe, 0x2e, 0x70, 0x63, 0x61, 0x70],
  [0x61, 0xc3],
  [0xed, 0xb2, 0x80],
  [0xc0, 0xaf],
  [0x80, 0x0a],
]
const NAMES = [
  ...TEXT_NAMES.map((name) => Buffer.from(name)),
  ...BYTE_NAMES.map((bytes) => Buffer.from(bytes)),
]
const SLASH = Buffer.from('/')
const DOT = 0x2e
const CONNECTION_FILE = '20240305100000-TCP-192.0.2.1.1-192.0.2.2.2.txt'
const MARK = '.pcap2conn.json'

/** @param {Buffer} folder @param {Buffer | string} name */
function below(folder, name) {
  return Buffer.concat([folder, SLASH, Buffer.from(name)])
}

/** A capture of so many packets of one connection. @param {number} packets @param {number} port */
function capture(packets, port) {
  const script = new Script(1_709_631_000 + port)
  const flow = script.udp({
    client: endpoint('192.0.2.1', 1_000 + port),
    server: endpoint('198.51.100.9', 514),
  })
  for (let i = 0; i < packets; i++) flow.send(0, `${i}`)
  return script.toPcap()
}

/** @param {Buffer} path @returns {string} which file it is, whatever its name */
function identityOf(path) {
  const { dev, ino } = statSync(path)
  return `${dev}:${ino}`
}

/**
 * Makes what the steps say, as far as it can be made, below an empty folder.
 *
 * @param {string} root
 * @param {Uint8Array} steps
 * @returns {Map<string, number>} packets of the captures, by which file it is
 */
export function makeOddFolder(root, steps) {
  const folders = [Buffer.from(root)]
  const made = [Buffer.from(root)]
  const packets = new Map()
  for (let at = 0; at + STEP_BYTES <= Math.min(steps.length, MOST_STEPS * STEP_BYTES); at += STEP_BYTES) {
    const [kind = 0, name = 0, where = 0, what = 0] = steps.subarray(at, at + STEP_BYTES)
    const folder = folders[where % folders.length] ?? Buffer.from(root)
    const path = below(folder, nameOf(kind % 12, name, what))
    try {
      const count = makeOne(kind % 12, path, made[what % made.length] ?? path, what)
      if (count > 0) packets.set(identityOf(path), count)
      if (lstatSync(path).isDirectory()) folders.push(path)
      made.push(path)
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error // the name is taken, or too long
    }
  }
  return packets
}

/** @param {number} kind @param {number} name @param {number} what */
function nameOf(kind, name, what) {
  if (kind === 0) return [CONNECTION_FILE, MARK, '.hidden', '.hidden.pcap'][what % 4] ?? MARK
  return NAMES[name % NAMES.length] ?? MARK
}

/** @param {number} kind @param {Buffer} path @param {Buffer} other what was made before @param {number} what @returns {number} packets of the capture that was made */
function makeOne(kind, path, other, what) {
  const packets = 1 + (what % 20)
  switch (kind) {
    case 1:
    case 2:
      mkdirSync(path)
      return 0
    case 3:
    case 4:
      symlinkSync(what % 4 === 0 ? 'nowhere' : other, path)
      return 0
    case 5:
      linkSync(other, path)
      return 0
    case 6:
      writeFileSync(path, what % 3 === 0 ? '' : 'no capture\n', { flag: 'wx' })
      return 0
    case 7:
      makePipe(path)
      return 0
    case 8:
      writeFileSync(path, gzipSync(capture(packets, what)), { flag: 'wx' })
      return packets
    default:
      writeFileSync(path, capture(packets, what), { flag: 'wx' })
      return packets
  }
}

/** A program's arguments are text. @param {Buffer} path */
function makePipe(path) {
  const text = path.toString()
  if (Buffer.from(text).equals(path)) spawnSync('mkfifo', ['-m', '600', '--', text])
}

/**
 * What is to be read of a folder.
 *
 * @param {Buffer} folder
 * @param {boolean} isNamed It is an argument.
 * @param {{ files: Set<string>, failed: number }} found Which files, and how many names that lead nowhere.
 */
export function findReadable(folder, isNamed, found) {
  const names = readdirSync(folder, { encoding: 'buffer' })
  if (!isNamed && names.some((name) => name.toString() === MARK)) return
  for (const name of names) {
    if (name[0] === DOT || name.toString() === CONNECTION_FILE) continue
    const path = below(folder, name)
    try {
      if (lstatSync(path).isDirectory()) findReadable(path, false, found)
      else if (statSync(path).isFile()) found.files.add(identityOf(path))
    } catch {
      found.failed += 1
    }
  }
}

/** Removes a folder, whatever names are in it. @param {Buffer} folder */
export function removeOddFolder(folder) {
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const path = below(folder, name)
    if (lstatSync(path).isDirectory()) removeOddFolder(path)
    else unlinkSync(path)
  }
  rmdirSync(folder)
}
