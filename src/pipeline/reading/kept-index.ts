import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { failureReason, OutputError } from '../../errors.js'
import { mergeRuns } from '../../output/index/index-merger.js'
import { isSoundRun } from '../../output/index/run-reader.js'
import { outputFailure } from '../../output/output-failure.js'
import { KEPT_INDEX, statePath } from './result-list.js'

/** What identifies the index records that are kept of a capture. */
export interface KeptIndexFacts {
  /** The index field `capture`, and the folder of the paths in the records below the output folder. */
  readonly capture: string | null
  readonly folder: string
  readonly bytes: number
  readonly sha256: string
}

/** Keeps the records of a capture with its results, in order. @throws OutputError */
export async function keepIndex(
  runsFolder: string,
  folder: string,
): Promise<{ readonly path: string; readonly bytes: number; readonly sha256: string }> {
  const path = statePath(folder, KEPT_INDEX)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    await mergeRuns(runsIn(runsFolder), runsFolder, path, (part) => {
      hash.update(part)
      bytes += part.length
    })
    removeEarly(runsFolder)
    return { path, bytes, sha256: hash.digest('hex') }
  } catch (error) {
    throw error instanceof OutputError ? error : outputFailure(path, error)
  }
}

// What is left goes with the temporary folder.
function removeEarly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {}
}

/** Path of the kept records where they are the ones that were kept; null: they are not there, or others. */
export async function keptIndexPath(folder: string, facts: KeptIndexFacts): Promise<string | null> {
  const path = statePath(folder, KEPT_INDEX)
  const hash = createHash('sha256')
  let bytes = 0
  const isSound = await isSoundRun(path, (part) => {
    hash.update(part)
    bytes += part.length
  })
  return isSound && bytes === facts.bytes && hash.digest('hex') === facts.sha256 ? path : null
}

// A worker that had no connection of the capture has made none.
function runsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new OutputError(`Cannot read "${folder}": ${failureReason(cause)}`, folder, { cause })
  }
}
