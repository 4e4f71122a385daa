import { lstatSync, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { failureReason, OutputError } from './errors.js'
import { systemPath } from './system-path.js'

/** Folders with the system's names of devices and of the process's streams. */
const SYSTEM_FOLDER = /^\/(?:dev|proc)\//

/**
 * Refuses outputs that would replace a file, before any work is done. Devices and pipes may exist.
 *
 * @param paths Paths to write; `-` for standard output, null for no output.
 * @throws OutputError naming the first path that is a folder, that is a file or a link while `force` is false, or that
 *         cannot be examined.
 */
export function refuseExisting(paths: readonly (string | null)[], force: boolean): void {
  for (const path of paths) {
    if (path === null || path === '-') continue
    const found = lookAt(path)
    const target = found?.isSymbolicLink() ? targetOf(path) : found
    if (target?.isDirectory()) throw new OutputError(`Cannot write "${path}": it is a folder`, path)
    const isReplaced = found?.isFile() || found?.isSymbolicLink()
    const isKept = found?.isSymbolicLink() && isSystemPath(path) && target?.isFile() === false
    if (isReplaced && !isKept && !force)
      throw new OutputError(`Cannot write "${path}": file exists (use --force to replace it)`, path)
  }
}

/**
 * True for a device or a pipe, which is written in place. A link to one counts only below `/dev` and `/proc`, where
 * standard streams have names. Elsewhere anybody may have made the link, so it is replaced.
 */
export function isWrittenInPlace(path: string): boolean {
  const found = lookAt(path)
  if (found?.isSymbolicLink()) return isSystemPath(path) && targetOf(path)?.isDirectory() === false
  return found !== undefined && !found.isFile() && !found.isDirectory()
}

/** True when something has this name, and when the system denies the check: opening the path will then fail. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(systemPath(path), { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}

function isSystemPath(path: string): boolean {
  return SYSTEM_FOLDER.test(resolve(path))
}

// A link may be broken or circular.
function targetOf(path: string): Stats | undefined {
  try {
    return statSync(systemPath(path), { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(systemPath(path), { throwIfNoEntry: false })
  } catch (cause) {
    throw new OutputError(`Cannot write "${path}": ${failureReason(cause)}`, path, { cause })
  }
}
