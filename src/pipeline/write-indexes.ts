import type { Config } from '../config.js'
import { type Failure, failureOf, OutputError } from '../errors.js'
import type { RunHooks } from './hooks.js'

/**
 * Writes the indexes that are asked for out of the workers' sorted runs.
 *
 * @param runs Null: records are missing, and no index is written.
 *
 * @returns What went wrong with each index that is missing.
 */
export async function writeIndexes(
  { indexes, force }: Pick<Config, 'indexes' | 'force'>,
  runs: readonly string[] | null,
  tempDir: string,
  { stdout }: RunHooks,
): Promise<readonly Failure[]> {
  if (indexes.length === 0) return []
  if (runs === null)
    return indexes.map(({ path }) => ({
      kind: 'output',
      message: `No index was written to "${path}": the run failed before it was complete`,
    }))
  const { IndexFile, IndexStream } = await import('../output/index/index-output.js')
  const { mergeIndex } = await import('../output/index/index-merger.js')
  const outputs = []
  const problems: Failure[] = []
  for (const target of indexes) {
    try {
      if (target.path !== '-') outputs.push(await IndexFile.create(target, force))
      else if (stdout !== undefined) outputs.push(new IndexStream(stdout))
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      problems.push(failureOf(error))
    }
  }
  try {
    const errors = await mergeIndex(runs, tempDir, outputs)
    return [...problems, ...errors.map(failureOf)]
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
    return [...problems, failureOf(error)]
  }
}
