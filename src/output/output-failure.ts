import { OutputError } from '../errors.js'

/** What the system said went wrong, for people: `no space left on device (ENOSPC)`. */
export function failureReason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  // Node's text is "ENOSPC: no space left on device, write": code, reason, call.
  const match = /^([A-Z0-9]+): ([^,]+)/.exec(message)
  return match === null ? message : `${match[2]} (${match[1]})`
}

/** The {@link OutputError} for a file that could not be written. */
export function outputFailure(path: string, cause: unknown): OutputError {
  const isThere = (cause as NodeJS.ErrnoException | null)?.code === 'EEXIST'
  const reason = isThere ? 'file exists (use --force to replace it)' : failureReason(cause)
  return new OutputError(`Cannot write "${path}": ${reason}`, path, { cause })
}
