import { failureReason, OutputError } from '../errors.js'

/** The {@link OutputError} for a file that could not be written. */
export function outputFailure(path: string, cause: unknown): OutputError {
  const isThere = (cause as NodeJS.ErrnoException | null)?.code === 'EEXIST'
  const reason = isThere ? 'file exists (use --force to replace it)' : failureReason(cause)
  return new OutputError(`Cannot write "${path}": ${reason}`, path, { cause })
}
