import { lstatSync } from 'node:fs'
import { codeOf, failureReason, OutputError } from '../errors.js'
import { systemPath } from '../system-path.js'

/** Error codes that systems give when a folder stands in the place of a file. */
const FOLDER_CODES = new Set(['EEXIST', 'EISDIR', 'EPERM'])

/** The {@link OutputError} for a file that could not be written. */
export function outputFailure(path: string, cause: unknown): OutputError {
  return new OutputError(`Cannot write "${path}": ${reasonOf(path, cause)}`, path, { cause })
}

/** The {@link OutputError} for a file that exists and must not be touched. */
export function existsFailure(path: string): OutputError {
  return outputFailure(path, Object.assign(new Error('file exists'), { code: 'EEXIST' }))
}

/** The {@link OutputError} for a temporary file of the run, without which an output cannot be made at all. */
export function runFileFailure(path: string, cause: unknown): OutputError {
  return new OutputError(outputFailure(path, cause).message, path, { cause, kind: 'run' })
}

function reasonOf(path: string, cause: unknown): string {
  const code = codeOf(cause)
  if (FOLDER_CODES.has(code) && isFolder(path)) return 'it is a folder'
  return code === 'EEXIST' ? 'file exists (use --force to replace it)' : failureReason(cause)
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(systemPath(path), { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}
