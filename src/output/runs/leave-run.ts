import { join } from 'node:path'
import { type Failure, failureOf, OutputError } from '../../errors.js'
import type { RunParts, TaskPart } from '../output.js'
import { outputFailure } from '../output-failure.js'
import { keepRun } from './kept-run.js'
import type { RunLayout } from './merge-runs.js'

/** Names of what tasks leave: rows of the index, and entries and companies of the map. */
export const INDEX_RUN = 'index.run'
export const ENTRIES_RUN = 'packets.run'
export const COMPANIES_RUN = 'companies.run'

/** Merges the workers' runs to one that a task leaves. @returns What went wrong. */
export async function leaveRun(
  name: string,
  runs: readonly string[],
  layout: RunLayout,
  { isComplete, tempFolder }: Pick<RunParts, 'isComplete' | 'tempFolder'>,
  part: TaskPart,
): Promise<Failure[]> {
  const path = join(part.folder, name)
  if (!isComplete)
    return [{ kind: 'output', message: `"${path}" was not written: the run failed before it was complete` }]
  try {
    part.runs.set(name, await keepRun(runs, layout, name, tempFolder, path))
    return []
  } catch (error) {
    return [failureOf(error instanceof OutputError ? error : outputFailure(path, error))]
  }
}
