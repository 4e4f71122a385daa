import fs from 'node:fs'
import { join, sep } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { outputFailure } from '../output-failure.js'
import { compareBytes } from './map-format.js'

/** Most runs that are open at one moment. */
const FAN_IN = 32
const READ_BYTES = 64 * 1024
const BYTES_PER_TURN = 1024 * 1024

/** The records of a kind of runs: each begins with what it is sorted by. */
export interface RunLayout {
  readonly keyBytes: number
  readonly headerBytes: number
  /** Bytes behind the header that stands at `bytes[at]`. */
  contentBytes(bytes: Buffer, at: number): number
}

type Take = (bytes: Buffer, from: number, to: number) => void

/** Reads the records of one run in turn. */
class RunSource {
  // Invariant: the current record's header stands at buffer[at]; #left bytes of its content are not passed yet.
  readonly #descriptor: number
  readonly #layout: RunLayout
  readonly buffer = Buffer.allocUnsafe(READ_BYTES)
  at = 0
  #to = 0

  constructor(path: string, layout: RunLayout) {
    this.#descriptor = fs.openSync(path, 'r')
    this.#layout = layout
  }

  /** Goes to the next record; the content of the one before has been taken. Returns false at the end. */
  next(): boolean {
    const { headerBytes } = this.#layout
    if (this.#to - this.at < headerBytes) this.#fill()
    return this.#to - this.at >= headerBytes
  }

  /** Hands over the record's header, if it is wanted, and its content, piece by piece. */
  take(take: Take, hasHeader: boolean): number {
    const { headerBytes } = this.#layout
    let left = this.#layout.contentBytes(this.buffer, this.at)
    const total = left
    if (hasHeader) take(this.buffer, this.at, this.at + headerBytes)
    this.at += headerBytes
    while (left > 0) {
      if (this.at === this.#to) this.#fill()
      const part = Math.min(left, this.#to - this.at)
      if (part === 0) throw new Error('bug: a run ends inside a record')
      take(this.buffer, this.at, this.at + part)
      this.at += part
      left -= part
    }
    return total + headerBytes
  }

  close(): void {
    fs.closeSync(this.#descriptor)
  }

  #fill(): void {
    this.buffer.copy(this.buffer, 0, this.at, this.#to)
    this.#to -= this.at
    this.at = 0
    while (this.#to < this.buffer.length) {
      const count = fs.readSync(this.#descriptor, this.buffer, this.#to, this.buffer.length - this.#to, null)
      if (count === 0) return
      this.#to += count
    }
  }
}

/**
 * Hands over the records of sorted runs in order; of those with the same key, in the order of their runs.
 *
 * @param begin Called before a record with its key, in `bytes` at `at`. `take` gets its content then.
 * @throws OutputError where they cannot be read.
 */
export async function mergeRuns(
  runs: readonly string[],
  layout: RunLayout,
  folder: string,
  begin: (bytes: Buffer, at: number) => void,
  take: Take,
): Promise<void> {
  try {
    await merge(await reduce(runs, layout, folder), layout, begin, take, false)
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? outputFailure(folder, error) : error
  }
}

async function merge(
  paths: readonly string[],
  layout: RunLayout,
  begin: (bytes: Buffer, at: number) => void,
  take: Take,
  hasHeader: boolean,
): Promise<void> {
  const sources: RunSource[] = []
  try {
    for (const path of paths) sources.push(new RunSource(path, layout))
    // In the order of runs, so that the first of those with the lowest key is found.
    const live = sources.filter((source) => source.next())
    let taken = 0
    while (live.length > 0) {
      let first = 0
      for (let i = 1; i < live.length; i++) if (compare(live[i]!, live[first]!, layout) < 0) first = i
      const source = live[first]!
      begin(source.buffer, source.at)
      taken += source.take(take, hasHeader)
      if (!source.next()) live.splice(first, 1)
      if (taken < BYTES_PER_TURN) continue
      taken = 0
      await turn() // progress and signals go on
    }
  } finally {
    for (const source of sources) source.close()
  }
}

function compare(a: RunSource, b: RunSource, { keyBytes }: RunLayout): number {
  return compareBytes(a.buffer, a.at, b.buffer, b.at, keyBytes)
}

// Merges the first runs into one that takes their place, until few enough are left.
async function reduce(
  runs: readonly string[],
  layout: RunLayout,
  folder: string,
): Promise<readonly string[]> {
  let left = [...runs]
  for (let pass = 0; left.length > FAN_IN; pass++) {
    const group = left.slice(0, FAN_IN)
    const merged = join(folder, `map-merged-${layout.headerBytes}-${pass}.run`)
    const descriptor = fs.openSync(merged, 'wx', 0o600)
    try {
      const write: Take = (bytes, from, to) => fs.writeFileSync(descriptor, bytes.subarray(from, to))
      await merge(group, layout, () => {}, write, true)
    } finally {
      fs.closeSync(descriptor)
    }
    for (const path of group) if (path.startsWith(join(folder, sep))) fs.rmSync(path)
    left = [merged, ...left.slice(FAN_IN)]
  }
  return left
}
