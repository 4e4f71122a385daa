import type { IndexTarget } from '../../config/index-targets.js'
import { type Failure, failureOf, OutputError } from '../../errors.js'
import { type OpenedOutputs, openOutputs } from '../gathering-output.js'
import type { RunParts } from '../output.js'

/**
 * Opens the outputs of an option, lets `merge` fill them, and returns what went wrong.
 *
 * @param what     What they are, in messages.
 * @param isForced Replace files that exist.
 * @param merge    Finishes or abandons all outputs, and returns the errors of some. It may throw an OutputError.
 */
export async function writeMerged<Target extends Pick<IndexTarget, 'path'>>(
  what: string,
  targets: readonly Target[],
  isForced: boolean,
  { isComplete, stdout }: Pick<RunParts, 'isComplete' | 'stdout'>,
  merge: (outputs: OpenedOutputs<Target>['outputs']) => Promise<readonly OutputError[]>,
): Promise<readonly Failure[]> {
  if (!isComplete)
    return targets.map(({ path }) => ({
      kind: 'output',
      message: `No ${what} was written to "${path}": the run failed before it was complete`,
    }))
  const { outputs, errors } = openOutputs(targets, isForced, stdout)
  try {
    return [...errors, ...(await merge(outputs))].map(failureOf)
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
    return [...errors, error].map(failureOf)
  }
}
