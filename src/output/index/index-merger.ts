import fs from 'node:fs'
import { join, sep } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { OutputError } from '../../errors.js'
import { WholeFile } from '../../whole-file.js'
import { outputFailure } from '../output-failure.js'
import type { IndexOutput } from './index-output.js'
import { compareRecords, RUN_HEADER_BYTES } from './index-runs.js'
import { RunReader } from './run-reader.js'

/** Most runs that are open at one moment. */
const FAN_IN = 32
/** So many bytes of records are taken between two flushes. */
const FLUSH_BYTES = 256 * 1024

/** Takes the record `bytes[from, to)`, header and line, which is valid during the call. */
type TakeRecord = (bytes: Buffer, from: number, to: number) => void

// Hands over the records of all runs in order, and calls `flush` now and then, and at the end.
async function merge(
  paths: readonly string[],
  take: TakeRecord,
  flush: () => Promise<void> | void,
): Promise<void> {
  const readers: RunReader[] = []
  try {
    for (const path of paths) readers.push(new RunReader(path))
    const live = readers.filter((reader) => reader.next(0)).sort(compareReaders)
    let taken = 0
    for (let first = live[0]; first !== undefined; first = live[0]) {
      const { bytes } = first
      take(first.buffer, first.at, first.at + bytes)
      taken += bytes
      if (first.next(bytes)) sinkFirst(live)
      else live.shift()
      if (taken < FLUSH_BYTES) continue
      taken = 0
      await flush()
      await turn() // progress and signals go on
    }
    await flush()
  } finally {
    for (const reader of readers) reader.close()
  }
}

function compareReaders(a: RunReader, b: RunReader): number {
  return compareRecords(a.buffer, a.at, b.buffer, b.at)
}

// Puts the first reader, which has gone to its next record, to its place among the others, which are in order.
function sinkFirst(live: RunReader[]): void {
  const first = live[0]!
  if (live.length === 1 || compareReaders(first, live[1]!) <= 0) return
  let low = 2
  let high = live.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareReaders(live[middle]!, first) < 0) low = middle + 1
    else high = middle
  }
  live.copyWithin(0, 1, low)
  live[low - 1] = first
}

async function mergeToRun(paths: readonly string[], write: (part: Buffer) => void): Promise<void> {
  let parts: Buffer[] = []
  await merge(
    paths,
    (bytes, from, to) => parts.push(Buffer.from(bytes.subarray(from, to))), // owned copy
    () => {
      write(Buffer.concat(parts))
      parts = []
    },
  )
}

/**
 * Merges sorted runs into one, which appears when it is complete. The runs are used up.
 *
 * @param folder Takes what is needed meanwhile.
 * @param tap    Sees each part of what is written.
 */
export async function mergeRuns(
  paths: readonly string[],
  folder: string,
  target: string,
  tap: (part: Buffer) => void,
): Promise<void> {
  const file = new WholeFile(target)
  try {
    await mergeToRun(await reduceRuns(paths, folder), (part) => {
      tap(part)
      file.append(part)
    })
    file.publish()
  } catch (error) {
    file.abandon()
    throw error
  }
}

// Merges until so few runs are left that one more merge can open them all.
async function reduceRuns(paths: readonly string[], folder: string): Promise<readonly string[]> {
  let left = [...paths]
  for (let pass = 0; left.length > FAN_IN; pass++) {
    const group = left.slice(0, FAN_IN)
    const merged = join(folder, `merged-${pass}.run`)
    const descriptor = fs.openSync(merged, 'wx', 0o600)
    try {
      await mergeToRun(group, (part) => fs.writeFileSync(descriptor, part))
    } finally {
      fs.closeSync(descriptor)
    }
    // Runs that are kept for a later run stay.
    for (const path of group) if (path.startsWith(join(folder, sep))) fs.rmSync(path)
    left = [...left.slice(FAN_IN), merged]
  }
  return left
}

/**
 * Merges the workers' sorted runs into the index, once for all outputs. One that fails is abandoned; the others go on.
 *
 * @param runs    Paths of all workers' runs.
 * @param folder  The run's temporary folder.
 * @param outputs Finished or abandoned when the promise resolves or rejects.
 * @returns What went wrong with outputs.
 * @throws OutputError where the runs cannot be merged.
 */
export async function mergeIndex(
  runs: readonly string[],
  folder: string,
  outputs: readonly IndexOutput[],
): Promise<readonly OutputError[]> {
  const errors: OutputError[] = []
  const live = new Set(outputs)
  const forEachOutput = async (action: (output: IndexOutput) => Promise<void>) => {
    for (const output of [...live]) {
      try {
        await action(output)
      } catch (error) {
        if (!(error instanceof OutputError)) throw error
        output.abandon()
        live.delete(output)
        errors.push(error)
      }
    }
  }
  try {
    await merge(
      await reduceRuns(runs, folder),
      (bytes, from, to) => {
        for (const output of live) output.add(bytes, from + RUN_HEADER_BYTES, to)
      },
      () => forEachOutput((output) => output.flush()),
    )
    await forEachOutput((output) => output.finish())
  } catch (error) {
    for (const output of live) output.abandon()
    // The runs themselves could not be read or merged.
    throw error instanceof Error && 'syscall' in error ? outputFailure(folder, error) : error
  }
  return errors
}
