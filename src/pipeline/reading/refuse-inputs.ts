import { statSync } from 'node:fs'
import { ConfigError } from '../../errors.js'
import { identityOf } from '../../input/folder-entries.js'
import type { Input } from '../../input/input.js'
import { systemPath } from '../../system-path.js'

/**
 * Refuses to write over an input, by whatever name.
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

/** The input that is the file at a path, by whatever name. */
export function inputAt(path: string, files: ReadonlyMap<string, Input>): Input | undefined {
  try {
    return files.get(identityOf(statSync(systemPath(path), { bigint: true })))
  } catch {
    return undefined // it is not there, or cannot be written either
  }
}
