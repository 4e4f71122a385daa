import { type Stats, statSync } from 'node:fs'
import { failureReason, OutputError } from './errors.js'

/**
 * Refuses, before any work, outputs that would replace a file. Devices and pipes may exist.
 *
 * @param paths What is to be written: paths, `-` for standard output, or null for nothing.
 * @throws OutputError naming the first path that is a folder, that is a file while `force` is false, or that
 *         cannot be looked at.
 */
export function refuseExisting(paths: readonly (string | null)[], force: boolean): void {
  for (const path of paths) {
    if (path === null || path === '-') continue
    const found = statOf(path)
    if (found?.isDirectory()) throw new OutputError(`Cannot write "${path}": it is a folder`, path)
    if (found?.isFile() && !force)
      throw new OutputError(`Cannot write "${path}": file exists (use --force to replace it)`, path)
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    throw new OutputError(`Cannot write "${path}": ${failureReason(cause)}`, path, { cause })
  }
}
