import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { generateFile } from '../../fixtures/generator/generate.mjs'
import { shortPlan } from '../../fixtures/generator/presets.mjs'

const HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16

/**
 * Writes a generated capture as compressed files of the same number of packets, as a capturing machine rotates them: connections
 * go on from file to file.
 *
 * @param {string} folder made where it is missing
 * @param {number} files
 * @param {number} seed
 * @param {number} [connections]
 */
export function writeRotated(folder, files, seed, connections = 400) {
  mkdirSync(folder, { recursive: true })
  const whole = join(folder, 'whole')
  generateFile(shortPlan(connections, 40), seed, whole)
  const bytes = readFileSync(whole)
  /** @type {number[]} */
  const starts = []
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    starts.push(at)
    at += RECORD_HEADER_BYTES + bytes.readUInt32LE(at + 8)
  }
  for (let file = 0; file < files; file++) {
    const start = (/** @type {number} */ i) => starts[Math.floor((starts.length * i) / files)] ?? bytes.length
    const part = Buffer.concat([
      bytes.subarray(0, HEADER_BYTES),
      bytes.subarray(start(file), start(file + 1)),
    ])
    writeFileSync(join(folder, `eth0-${`${file}`.padStart(3, '0')}.pcap.gz`), gzipSync(part))
  }
  rmSync(whole)
}
