import { InputError, OutputError } from '../../errors.js'
import { RECORD_NAME } from '../../input/own-results.js'
import { STATE_FOLDER } from '../../output/files/made-files.js'
import type { Capture } from './captures.js'
import type { CaptureFacts } from './resume-record.js'

/**
 * Why a capture cannot be converted into its folder; null: it can.
 *
 * @param isLost True when nothing says any more which files in the folder are its results.
 */
export function refusalOf(
  dir: string,
  isLost: boolean,
  facts: CaptureFacts,
  record: CaptureFacts,
): OutputError | null {
  if (isLost) {
    const problem = `which files in the folder "${dir}" are results is not known any more: "${STATE_FOLDER}" is gone or damaged there`
    return refusal(dir, `${problem} (remove the files and ${RECORD_NAME}, or --force replaces them)`)
  }
  // Results of inputs that are not converted now would be lost.
  const names = new Set(facts.inputs.map(({ name }) => name))
  const other = record.inputs.find(({ name }) => !names.has(name))
  if (other === undefined) return null
  const problem = `the folder "${dir}" has results of "${other.name}", which is no input now`
  return refusal(dir, `${problem} (-o names another folder, --force replaces them)`)
}

/** The capture with the refusal as the failure of its inputs. The other captures are converted. */
export function refusedBy({ message }: OutputError, capture: Capture): Capture {
  const inputs = capture.inputs.map((input) => ({ ...input, failure: new InputError(message, input.path) }))
  return { ...capture, inputs }
}

function refusal(dir: string, problem: string): OutputError {
  return new OutputError(`Cannot use --resume: ${problem}`, dir)
}
