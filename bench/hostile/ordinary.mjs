import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { generateFile } from '../../fixtures/generator/generate.mjs'

const FILE_HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16

/** An ordinary capture that can be cut to any length. */
export class OrdinaryCapture {
  /**
   * @param {string} path a temporary file
   * @param {import('../../fixtures/generator/generate.mjs').CapturePlan} plan
   * @param {number} seed
   */
  constructor(path, plan, seed) {
    generateFile({ ...plan, format: 'pcap', interfaces: 1 }, seed, path)
    this.bytes = readFileSync(path)
    rmSync(path)
  }

  /**
   * Writes its first records, repeating them when it is too short; times go back then.
   *
   * @param {string} path
   * @param {number} length approximate length in bytes
   */
  cut(path, length) {
    const fd = openSync(path, 'w')
    try {
      let left = length - writeSync(fd, this.bytes, 0, FILE_HEADER_BYTES)
      while (left > 0) {
        const end = this.recordsWithin(left)
        writeSync(fd, this.bytes, FILE_HEADER_BYTES, end - FILE_HEADER_BYTES)
        if (end < this.bytes.length) return
        left -= end - FILE_HEADER_BYTES
      }
    } finally {
      closeSync(fd)
    }
  }

  /** @param {number} length @returns {number} end of the last record that begins within `length` */
  recordsWithin(length) {
    let at = FILE_HEADER_BYTES
    while (at < this.bytes.length && at - FILE_HEADER_BYTES < length)
      at += RECORD_HEADER_BYTES + this.bytes.readUInt32LE(at + 8)
    return at
  }
}
