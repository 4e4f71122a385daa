import { ConfigError } from '../../errors.js'
import { identityAt } from '../../input/folder-entries.js'
import type { Input } from '../../input/input.js'

/**
 * Refuses to write over an input, whatever its name in the path.
 *
 * @param paths What is to be written.
 * @param files The inputs that are files, by device and inode.
 * @throws ConfigError that names both.
 */
export function refuseInputs(paths: readonly string[], files: ReadonlyMap<string, Input>): void {
  for (const path of paths) {
    const input = inputAt(path, files)
    if (input === undefined) continue
    const name = input.path === path ? 'an input' : `the input "${input.path}"`
    throw new ConfigError(`Cannot write "${path}": it is ${name}`)
  }
}

/**
 * Refuses to write over other files that the run reads, whatever their name in the path.
 *
 * @param paths What is to be written.
 * @param read  What each of these files is.
 * @throws ConfigError that names both.
 */
export function refuseFilesRead(paths: readonly string[], read: ReadonlyMap<string, string>): void {
  for (const path of paths) {
    const identity = identityAt(path)
    for (const [other, what] of identity === null ? [] : read)
      if (identityAt(other) === identity) throw new ConfigError(`Cannot write "${path}": it is ${what}`)
  }
}

/** The input that is the same file as `path`. */
export function inputAt(path: string, files: ReadonlyMap<string, Input>): Input | undefined {
  return files.get(identityAt(path) ?? '')
}
