import { mkdirSync } from 'node:fs'
import type { FileSlots } from '../files/file-slots.js'
import { outputFailure } from '../output-failure.js'
import { UID_LENGTH } from '../uid.js'
import type { RunLayout } from './merge-runs.js'
import { RunFiles } from './run-files.js'

/**
 * A record in a run file, followed by its content:
 *
 *   byte 0         4              12       16        34
 *   +--------------+--------------+--------+---------+---- ... ----+
 *   | content      | second (f64, | nsec   | uid     | content     |
 *   | bytes (LE)   | sortable)    | (BE)   |         |             |
 *   +--------------+--------------+--------+---------+---- ... ----+
 *
 * All behind the length is compared as bytes.
 */
const KEY = 4
const NSEC = KEY + 8
/** Where the uid stands in a header. */
export const UID_AT = NSEC + 4
export const RECORD_HEADER_BYTES = UID_AT + UID_LENGTH

export const RECORD_LAYOUT: RunLayout = {
  headerBytes: RECORD_HEADER_BYTES,
  contentBytes: (bytes, at) => bytes.readUInt32LE(at),
  keyFrom: KEY,
  keyTo: null,
}

const BUFFER_BYTES = 8 * 1024 * 1024
const USEC_PER_SEC = 1e6
/** A sorting key has the low bits for a record's number; with the high ones, for its time, it is an exact integer. */
const NUMBER_BITS = 2 ** 20
const TIME_BITS = 2 ** 33

/**
 * Gathers records and writes them as sorted runs: by time, then by uid, then by content. Memory is bounded by one buffer,
 * whatever the number of records.
 */
export class SortedRuns {
  // Invariant: record i stands in #buffer from #starts[i] on, in arrival order; #secs and #usecs have its time.
  readonly #files: RunFiles
  readonly #starts: number[] = []
  readonly #secs: number[] = []
  readonly #usecs: number[] = []
  #buffer: Buffer
  #length = 0

  /**
   * @param folder Existing folder for the runs, the run's own.
   * @param prefix Begin of the files' names, unlike that of every other worker.
   */
  constructor(slots: FileSlots, folder: string, prefix: string, bufferBytes = BUFFER_BYTES) {
    this.#files = new RunFiles(slots, folder, prefix)
    this.#buffer = Buffer.allocUnsafe(bufferBytes)
  }

  /** Later runs go to `folder`, made where it is missing: those of each capture apart. @throws OutputError */
  startCapture(folder: string): void {
    this.#files.folder = folder
    try {
      mkdirSync(folder, { recursive: true })
    } catch (error) {
      throw outputFailure(folder, error)
    }
  }

  /** Writes what is left, so that the capture's runs are whole. @throws OutputError */
  endCapture(): void {
    this.#writeRun()
  }

  /**
   * @param content Its first `length` bytes.
   * @throws OutputError
   */
  add(sec: number, nsec: number, uid: string, content: Uint8Array, length = content.length): void {
    const bytes = RECORD_HEADER_BYTES + length
    if (this.#length + bytes > this.#buffer.length || this.#starts.length === NUMBER_BITS) {
      this.#writeRun()
      if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(bytes)
    }
    const buffer = this.#buffer
    const at = this.#length
    buffer.writeUInt32LE(length, at)
    writeSortable(buffer, at + KEY, sec)
    buffer.writeUInt32BE(nsec, at + NSEC)
    for (let i = 0; i < UID_LENGTH; i++) buffer[at + UID_AT + i] = uid.charCodeAt(i)
    if (length < 256) for (let i = 0; i < length; i++) buffer[at + RECORD_HEADER_BYTES + i] = content[i]!
    else buffer.set(content.subarray(0, length), at + RECORD_HEADER_BYTES)
    this.#starts.push(at)
    this.#secs.push(sec)
    this.#usecs.push((nsec / 1000) | 0)
    this.#length += bytes
  }

  /** Writes what is left. @returns The paths of all runs. @throws OutputError */
  finish(): readonly string[] {
    this.#writeRun()
    return this.#files.paths
  }

  #writeRun(): void {
    if (this.#starts.length === 0) return
    const order = this.#sorted()
    this.#files.write(() => {
      for (const number of order) {
        const start = this.#starts[number]!
        this.#files.put(this.#buffer, start, this.#endOf(start))
      }
    })
    this.#starts.length = 0
    this.#secs.length = 0
    this.#usecs.length = 0
    this.#length = 0
  }

  // The numbers of the records, in order. First by their times as numbers, for which no comparison is called.
  #sorted(): Float64Array {
    const keys = this.#timeKeys()
    keys.sort()
    const order = keys
    let from = 0
    let time = -1
    for (let i = 0; i <= order.length; i++) {
      const next = i === order.length ? -2 : Math.floor(keys[i]! / NUMBER_BITS)
      if (next !== time) {
        if (i - from > 1) order.subarray(from, i).sort((a, b) => this.#compare(a, b))
        from = i
        time = next
      }
      if (i < order.length) order[i] = keys[i]! % NUMBER_BITS
    }
    return order
  }

  // A coarse time since the earliest, which never goes back where the time does not, and a record's number in the low bits.
  #timeKeys(): Float64Array {
    const count = this.#starts.length
    let first = Number.POSITIVE_INFINITY
    let last = Number.NEGATIVE_INFINITY
    for (let i = 0; i < count; i++) {
      first = Math.min(first, this.#secs[i]!)
      last = Math.max(last, this.#secs[i]!)
    }
    const perSec = (last - first + 1) * USEC_PER_SEC < Number.MAX_SAFE_INTEGER ? USEC_PER_SEC : 1
    let unit = 1
    while (((last - first + 1) * perSec) / unit >= TIME_BITS) unit *= 2
    const keys = new Float64Array(count)
    for (let i = 0; i < count; i++) {
      const usec = perSec === 1 ? 0 : this.#usecs[i]!
      keys[i] = Math.floor(((this.#secs[i]! - first) * perSec + usec) / unit) * NUMBER_BITS + i
    }
    return keys
  }

  #compare(a: number, b: number): number {
    const aStart = this.#starts[a]!
    const bStart = this.#starts[b]!
    const buffer = this.#buffer
    return (
      buffer.compare(buffer, bStart + KEY, this.#endOf(bStart), aStart + KEY, this.#endOf(aStart)) || a - b
    )
  }

  #endOf(start: number): number {
    return start + RECORD_HEADER_BYTES + this.#buffer.readUInt32LE(start)
  }
}

// Eight bytes whose order is that of the numbers.
function writeSortable(bytes: Buffer, at: number, value: number): void {
  bytes.writeDoubleBE(value === 0 ? 0 : value, at) // -0 is 0
  if (bytes[at]! < 0x80) bytes[at]! |= 0x80
  else for (let i = 0; i < 8; i++) bytes[at + i]! ^= 0xff
}
