import type { CaptureReader } from '../capture/capture-reader.js'
import type { CaptureFormatError } from '../errors.js'
import type { InputProblem } from '../summary.js'

/** What was wrong with a capture, in the order of the file. */
export function problemsOf({ damage, problem }: CaptureReader): InputProblem[] {
  return [...damage.problems, ...(problem === null ? [] : [problemOf(problem)])]
}

/** Damage behind which nothing was read. */
export function problemOf(error: CaptureFormatError): InputProblem {
  return { offset: error.location.offset, length: 0, message: error.message }
}
