import { statSync } from 'node:fs'
import { OutputError } from './errors.js'

/**
 * Refuses, before any work, outputs that would replace a file. Devices and pipes may exist.
 *
 * @param paths What is to be written: paths, `-` for standard output, or null for nothing.
 * @throws OutputError naming the first path that is a folder, or a file while `force` is false.
 */
export function refuseExisting(paths: readonly (string | null)[], force: boolean): void {
  for (const path of paths) {
    const found = path === null || path === '-' ? undefined : statSync(path, { throwIfNoEntry: false })
    if (path === null || found === undefined) continue
    if (found.isDirectory()) throw new OutputError(`Cannot write "${path}": it is a folder`, path)
    if (found.isFile() && !force)
      throw new OutputError(`Cannot write "${path}": it exists (--force replaces it)`, path)
  }
}
