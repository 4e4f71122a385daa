import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { failureReason, OutputError } from '../../errors.js'
import { areKeptRows, keepRows } from '../../output/index/kept-rows.js'
import { outputFailure } from '../../output/output-failure.js'
import type { RunFacts } from '../../output/runs/kept-run.js'
import { KEPT_INDEX, statePath } from './state-folder.js'

/** Identifies the kept index records of a capture. */
export interface KeptIndexFacts extends RunFacts {
  /** Value of the index field `capture`. `folder`, below the output folder, is where the paths in the records lead. */
  readonly capture: string | null
  readonly folder: string
}

/** Merges the index records of a capture into a file beside its results. @throws OutputError */
export async function keepIndex(
  runsFolder: string,
  folder: string,
): Promise<RunFacts & { readonly path: string }> {
  const path = statePath(folder, KEPT_INDEX)
  try {
    const facts = await keepRows(runsIn(runsFolder), runsFolder, path)
    removeEarly(runsFolder)
    return { path, ...facts }
  } catch (error) {
    throw error instanceof OutputError ? error : outputFailure(path, error)
  }
}

// If this fails, the files go with the temporary folder.
function removeEarly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {}
}

/** Path of the kept records; null: they are missing, or not the ones that were kept. */
export async function keptIndexPath(folder: string, facts: KeptIndexFacts): Promise<string | null> {
  const path = statePath(folder, KEPT_INDEX)
  return (await areKeptRows(path, facts)) ? path : null
}

// The folder is missing when the capture has no connection.
function runsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new OutputError(`Cannot read "${folder}": ${failureReason(cause)}`, folder, { cause })
  }
}
