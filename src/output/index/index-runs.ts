import fs from 'node:fs'
import { join } from 'node:path'
import type { FileSlots } from '../files/file-slots.js'
import { outputFailure, runFileFailure } from '../output-failure.js'
import { UID_LENGTH } from '../uid.js'

/**
 * A record in a run file, little-endian, followed by its line:
 *
 *   byte 0          8        12        16       34
 *   +---------------+--------+---------+--------+------ ... ------+
 *   | ts sec (f64)  | nsec   | line    | uid    | line with "\n"  |
 *   |               | (u32)  | bytes   |        |                 |
 *   +---------------+--------+---------+--------+------ ... ------+
 */
export const RUN_NSEC = 8
export const RUN_LINE_BYTES = 12
export const RUN_UID = 16
export const RUN_HEADER_BYTES = RUN_UID + UID_LENGTH

const DEFAULT_BUFFER_BYTES = 8 * 1024 * 1024
const WRITE_BYTES = 256 * 1024

/**
 * Gathers index records and writes them as sorted runs: by time, then by uid. Memory is bounded by one buffer,
 * whatever the number of records.
 */
export class IndexRuns {
  // Invariant: record i stands in #buffer from #starts[i] on, in arrival order.
  readonly #slots: FileSlots
  #folder: string
  readonly #prefix: string
  readonly #paths: string[] = []
  readonly #starts: number[] = []
  #buffer: Buffer
  #length = 0

  /**
   * @param folder Existing folder for the runs, the run's own.
   * @param prefix Begin of the files' names, unlike that of every other worker.
   */
  constructor(slots: FileSlots, folder: string, prefix: string, bufferBytes = DEFAULT_BUFFER_BYTES) {
    this.#slots = slots
    this.#folder = folder
    this.#prefix = prefix
    this.#buffer = Buffer.allocUnsafe(bufferBytes)
  }

  /** Later runs go to `folder`, made where it is missing: those of each capture apart. @throws OutputError */
  startCapture(folder: string): void {
    this.#folder = folder
    try {
      fs.mkdirSync(folder, { recursive: true })
    } catch (error) {
      throw outputFailure(folder, error)
    }
  }

  /** Writes what is left, so that the capture's runs are whole. @throws OutputError */
  endCapture(): void {
    this.#writeRun()
  }

  /**
   * @param line Without its end; text or, with `length`, its bytes.
   * @throws OutputError
   */
  add(sec: number, nsec: number, uid: string, line: string | Buffer, length = Buffer.byteLength(line)): void {
    const bytes = RUN_HEADER_BYTES + length + 1
    if (this.#length + bytes > this.#buffer.length) {
      this.#writeRun()
      if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(bytes)
    }
    const at = this.#length
    this.#buffer.writeDoubleLE(sec, at)
    this.#buffer.writeUInt32LE(nsec, at + RUN_NSEC)
    this.#buffer.writeUInt32LE(bytes - RUN_HEADER_BYTES, at + RUN_LINE_BYTES)
    this.#buffer.write(uid, at + RUN_UID, 'latin1')
    if (typeof line === 'string') this.#buffer.write(line, at + RUN_HEADER_BYTES)
    else line.copy(this.#buffer, at + RUN_HEADER_BYTES, 0, length)
    this.#buffer[at + bytes - 1] = 10
    this.#starts.push(at)
    this.#length += bytes
  }

  /** Writes what is left. @returns The paths of all runs. @throws OutputError */
  finish(): readonly string[] {
    this.#writeRun()
    return this.#paths
  }

  #writeRun(): void {
    if (this.#starts.length === 0) return
    const buffer = this.#buffer
    this.#starts.sort((a, b) => compareRecords(buffer, a, buffer, b))
    const path = join(this.#folder, `${this.#prefix}-${this.#paths.length}.run`)
    this.#slots.withSlot(() => this.#writeSorted(path))
    this.#paths.push(path)
    this.#starts.length = 0
    this.#length = 0
  }

  #writeSorted(path: string): void {
    const block = Buffer.allocUnsafe(WRITE_BYTES)
    let used = 0
    try {
      const descriptor = fs.openSync(path, 'wx', 0o600)
      try {
        for (const start of this.#starts) {
          let from = start
          const to = start + recordBytes(this.#buffer, start)
          while (from < to) {
            const take = this.#buffer.copy(block, used, from, to)
            used += take
            from += take
            if (used < WRITE_BYTES) continue
            fs.writeFileSync(descriptor, block)
            used = 0
          }
        }
        fs.writeFileSync(descriptor, block.subarray(0, used))
      } finally {
        fs.closeSync(descriptor)
      }
    } catch (error) {
      // No output of the user's: without it there is no index at all.
      throw runFileFailure(path, error)
    }
  }
}

/** Bytes of the record at `bytes[at]`, its line included. */
export function recordBytes(bytes: Buffer, at: number): number {
  return RUN_HEADER_BYTES + bytes.readUInt32LE(at + RUN_LINE_BYTES)
}

/** Order of two records: by time, then by uid, then by their text. */
export function compareRecords(a: Buffer, aAt: number, b: Buffer, bAt: number): number {
  const bySec = a.readDoubleLE(aAt) - b.readDoubleLE(bAt)
  if (bySec !== 0) return bySec
  const byNsec = a.readUInt32LE(aAt + RUN_NSEC) - b.readUInt32LE(bAt + RUN_NSEC)
  if (byNsec !== 0) return byNsec
  return a.compare(b, bAt + RUN_UID, bAt + recordBytes(b, bAt), aAt + RUN_UID, aAt + recordBytes(a, aAt))
}
