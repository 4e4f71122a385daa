import fs from 'node:fs'
import { join, sep } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { runFileFailure } from '../output-failure.js'
import { RunReader } from './run-reader.js'

/** Most runs that are open at one moment. */
const FAN_IN = 32
/** So many bytes of records are taken between two pauses. */
const BYTES_PER_TURN = 256 * 1024
const WRITE_BYTES = 256 * 1024
/** Runs that were made of others, for their names. */
let merges = 0

/** The records of a kind of runs. Their keys are compared as bytes. */
export interface RunLayout {
  readonly headerBytes: number
  /** Bytes behind the header that stands at `bytes[at]`. */
  contentBytes(bytes: Buffer, at: number): number
  /** The key is from here in the header. */
  readonly keyFrom: number
  /** The key is to here in the header; null: to the end of the record, which is then in memory as a whole. */
  readonly keyTo: number | null
}

/** Takes the records of runs. Bytes are valid during the call. */
export interface RecordTaker {
  /** A record follows. @param at Where its header stands in `bytes`. */
  begin(bytes: Buffer, at: number): void
  /** A piece of its content, which is one piece where the key goes to the end. */
  content(bytes: Buffer, from: number, to: number): void
  /** Called now and then, and at the end. */
  flush?(): Promise<void> | void
}

/**
 * Hands over the records of sorted runs in order; of those with the same key, in the order of their runs. Memory does not
 * grow with them.
 *
 * @param folder Takes what is needed meanwhile. Runs in it are used up; others stay.
 * @throws OutputError that names the run that cannot be read or written, and whatever `taker` throws.
 */
export async function mergeRuns(
  runs: readonly string[],
  layout: RunLayout,
  folder: string,
  taker: RecordTaker,
): Promise<void> {
  await merge(await reduce(runs, layout, folder), layout, taker)
}

// Merges the first runs into one that takes their place, until so few are left that they can all be open.
async function reduce(
  runs: readonly string[],
  layout: RunLayout,
  folder: string,
): Promise<readonly string[]> {
  let left = [...runs]
  while (left.length > FAN_IN) {
    const group = left.slice(0, FAN_IN)
    merges += 1
    const merged = join(folder, `merged-${merges}.run`)
    const writer = new RunWriter(merged, layout)
    try {
      await merge(group, layout, writer)
    } finally {
      writer.close()
    }
    for (const path of group) if (path.startsWith(join(folder, sep))) removeEarly(path)
    left = [merged, ...left.slice(FAN_IN)]
  }
  return left
}

// If this fails, the file goes with the temporary folder.
function removeEarly(path: string): void {
  try {
    fs.rmSync(path)
  } catch {}
}

async function merge(paths: readonly string[], layout: RunLayout, taker: RecordTaker): Promise<void> {
  const readers: RunReader[] = []
  try {
    for (const path of paths) readers.push(new RunReader(path, layout, readers.length))
    const live = readers.filter((reader) => reader.next()).sort((a, b) => a.compare(b))
    let taken = 0
    for (let first = live[0]; first !== undefined; first = live[0]) {
      taken += first.handOver(taker)
      if (first.next()) sinkFirst(live)
      else live.shift()
      if (taken < BYTES_PER_TURN) continue
      taken = 0
      await taker.flush?.()
      await turn() // progress and signals go on
    }
    await taker.flush?.()
  } finally {
    for (const reader of readers) reader.close()
  }
}

// Puts the first reader, which has gone to its next record, to its place among the others, which are in order.
function sinkFirst(live: RunReader[]): void {
  const first = live[0]!
  if (live.length === 1 || first.compare(live[1]!) < 0) return
  let low = 2
  let high = live.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (live[middle]!.compare(first) < 0) low = middle + 1
    else high = middle
  }
  live.copyWithin(0, 1, low)
  live[low - 1] = first
}

/** Writes records to a run. */
export class RunWriter implements RecordTaker {
  readonly #path: string
  readonly #headerBytes: number
  readonly #descriptor: number
  readonly #block = Buffer.allocUnsafe(WRITE_BYTES)
  #used = 0

  constructor(path: string, { headerBytes }: RunLayout) {
    this.#path = path
    this.#headerBytes = headerBytes
    this.#descriptor = this.#attempt(() => fs.openSync(path, 'wx', 0o600))
  }

  begin(bytes: Buffer, at: number): void {
    this.content(bytes, at, at + this.#headerBytes)
  }

  content(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const count = bytes.copy(this.#block, this.#used, at, to)
      this.#used += count
      at += count
      if (this.#used === WRITE_BYTES) this.flush()
    }
  }

  flush(): void {
    this.#attempt(() => fs.writeFileSync(this.#descriptor, this.#block.subarray(0, this.#used)))
    this.#used = 0
  }

  close(): void {
    fs.closeSync(this.#descriptor)
  }

  #attempt<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw runFileFailure(this.#path, error)
    }
  }
}
