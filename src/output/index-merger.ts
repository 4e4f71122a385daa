import fs from 'node:fs'
import { dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { OutputError } from '../errors.js'
import { compareRecords, RUN_HEADER_BYTES, recordBytes } from './index-runs.js'
import { outputFailure } from './output-failure.js'
import { StreamWriter } from './stream-writer.js'

/** Most runs that are open at one moment. */
const FAN_IN = 32
const READ_BYTES = 128 * 1024
const WRITE_BYTES = 256 * 1024

/** Where merged bytes go. The bytes must not change after the call. */
type WriteBlock = (bytes: Uint8Array) => Promise<void>

/** Reads the records of one run file in turn. */
class RunReader {
  // Invariant: the current record, where there is one, stands whole in #buffer[at, #to).
  readonly #descriptor: number
  readonly #path: string
  buffer = Buffer.allocUnsafe(READ_BYTES)
  at = 0
  #to = 0

  constructor(path: string) {
    this.#path = path
    this.#descriptor = fs.openSync(path, 'r')
  }

  /** Bytes of the current record; meaningful after a `next()` that was true. */
  get bytes(): number {
    return recordBytes(this.buffer, this.at)
  }

  /** Goes to the record behind the next `skip` bytes. Returns false at the end of the run. */
  next(skip: number): boolean {
    this.at += skip
    if (!this.#fill(RUN_HEADER_BYTES)) {
      if (this.at === this.#to) return false
      throw new OutputError(`Cannot merge "${this.#path}": it ends inside a record`, this.#path)
    }
    if (this.#fill(this.bytes)) return true
    throw new OutputError(`Cannot merge "${this.#path}": it ends inside a record`, this.#path)
  }

  close(): void {
    fs.closeSync(this.#descriptor)
  }

  // Reads until `needed` bytes from `at` on are there. False when the file ends before.
  #fill(needed: number): boolean {
    if (this.#to - this.at >= needed) return true
    const target = needed > this.buffer.length ? Buffer.allocUnsafe(needed) : this.buffer
    this.buffer.copy(target, 0, this.at, this.#to)
    this.#to -= this.at
    this.at = 0
    this.buffer = target
    while (this.#to < needed) {
      const read = fs.readSync(this.#descriptor, target, this.#to, target.length - this.#to, null)
      if (read === 0) return false
      this.#to += read
    }
    return true
  }
}

async function merge(paths: readonly string[], withHeaders: boolean, write: WriteBlock): Promise<void> {
  const readers: RunReader[] = []
  try {
    for (const path of paths) readers.push(new RunReader(path))
    let live = readers.filter((reader) => reader.next(0))
    let block = Buffer.allocUnsafe(WRITE_BYTES)
    let used = 0
    while (live.length > 0) {
      const first = live.reduce((a, b) => (compareRecords(b.buffer, b.at, a.buffer, a.at) < 0 ? b : a))
      const to = first.at + first.bytes
      for (let from = withHeaders ? first.at : first.at + RUN_HEADER_BYTES; from < to; ) {
        const take = first.buffer.copy(block, used, from, to)
        used += take
        from += take
        if (used < WRITE_BYTES) continue
        await write(block)
        block = Buffer.allocUnsafe(WRITE_BYTES)
        used = 0
      }
      if (!first.next(first.bytes)) live = live.filter((reader) => reader !== first)
    }
    if (used > 0) await write(block.subarray(0, used))
  } finally {
    for (const reader of readers) reader.close()
  }
}

async function mergeToFile(paths: readonly string[], withHeaders: boolean, path: string): Promise<void> {
  const descriptor = fs.openSync(path, 'wx', 0o640)
  try {
    await merge(paths, withHeaders, async (bytes) => {
      fs.writeFileSync(descriptor, bytes)
      await turn() // progress and signals go on
    })
  } finally {
    fs.closeSync(descriptor)
  }
}

// Merges until so few runs are left that one more merge can open them all.
async function reduceRuns(paths: readonly string[], folder: string): Promise<readonly string[]> {
  let left = [...paths]
  for (let pass = 0; left.length > FAN_IN; pass++) {
    const group = left.slice(0, FAN_IN)
    const merged = join(folder, `merged-${pass}.run`)
    await mergeToFile(group, true, merged)
    for (const path of group) fs.rmSync(path)
    left = [...left.slice(FAN_IN), merged]
  }
  return left
}

/**
 * Merges the workers' sorted runs into the index file. The file appears by rename when it is complete.
 *
 * @param runs     Paths of all workers' runs.
 * @param folder   The run's temporary folder.
 * @param path     The index file.
 * @param isForced Replace the file when it exists.
 * @throws OutputError
 */
export async function mergeIndexToFile(
  runs: readonly string[],
  folder: string,
  path: string,
  isForced: boolean,
): Promise<void> {
  if (!isForced && fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    throw outputFailure(path, Object.assign(new Error('file exists'), { code: 'EEXIST' }))
  }
  const partial = `${path}.${process.pid}.partial`
  try {
    fs.mkdirSync(dirname(path), { recursive: true })
    await mergeToFile(await reduceRuns(runs, folder), false, partial)
    fs.renameSync(partial, path)
  } catch (error) {
    fs.rmSync(partial, { force: true })
    throw error instanceof OutputError ? error : outputFailure(path, error)
  }
}

/** Merges the workers' sorted runs into a stream. @throws OutputError */
export async function mergeIndexToStream(
  runs: readonly string[],
  folder: string,
  stream: Writable,
): Promise<void> {
  const writer = new StreamWriter(stream, 'standard output')
  await merge(await reduceRuns(runs, folder), false, (bytes) => writer.write(bytes))
  writer.detach()
}
