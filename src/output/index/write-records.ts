import type { IndexTarget } from '../../config/index-targets.js'
import { type Failure, failureOf, OutputError } from '../../errors.js'
import type { RunParts } from '../output.js'

/**
 * Writes the records of sorted runs, in their order, to each target. Returns what went wrong.
 *
 * @param what     What they are, in messages.
 * @param isForced Replace files that exist.
 */
export async function writeRecords(
  what: string,
  targets: readonly IndexTarget[],
  isForced: boolean,
  runs: readonly string[],
  { tempFolder, isComplete, stdout }: RunParts,
): Promise<readonly Failure[]> {
  if (!isComplete)
    return targets.map(({ path }) => ({
      kind: 'output',
      message: `No ${what} was written to "${path}": the run failed before it was complete`,
    }))
  const { IndexFile, IndexStream } = await import('./index-output.js')
  const { mergeIndex } = await import('./index-merger.js')
  const outputs = []
  const problems: Failure[] = []
  for (const target of targets) {
    try {
      if (target.path !== '-') outputs.push(await IndexFile.create(target, isForced))
      else if (stdout !== undefined) outputs.push(new IndexStream(stdout))
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      problems.push(failureOf(error))
    }
  }
  try {
    const errors = await mergeIndex(runs, tempFolder, outputs)
    return [...problems, ...errors.map(failureOf)]
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
    return [...problems, failureOf(error)]
  }
}
