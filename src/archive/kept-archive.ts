import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { archivePaths } from '../archive-paths.js'
import type { Config } from '../config/config.js'
import { fingerprint } from '../input/fingerprint.js'
import type { Summary } from '../summary.js'
import { systemPath } from '../system-path.js'
import { openArchive } from './archive.js'

/** True when the folder has an archive, perhaps a damaged one. */
export function isArchive(folder: string): boolean {
  try {
    openArchive(folder).map.close()
    return true
  } catch {
    return false
  }
}

/**
 * The summary of the run that has made an archive, if a run over these inputs would make the same one: with the same options,
 * by the same program, of the same inputs in the same order, none of which has changed. Null: it would not.
 *
 * @param paths   Of the inputs, in the order in which they would be read.
 * @param version Of the program.
 */
export function keptSummary(
  folder: string,
  config: Config,
  paths: readonly string[],
  version: string,
): Summary | null {
  try {
    const archive = openArchive(folder)
    archive.map.close()
    const summary = JSON.parse(readFileSync(systemPath(archivePaths(folder).summary), 'utf8')) as Summary
    const isFinal = summary.failures.every(({ kind }) => kind === 'input')
    if (!isFinal || summary.version !== version) return null
    if (archive.values !== JSON.stringify(config.resultValues)) return null
    const areSame =
      archive.inputs.length === paths.length &&
      archive.inputs.every(({ path, bytes, sha256 }, i) => {
        const now = fingerprint(paths[i]!)
        return path === resolve(paths[i]!) && now !== null && now.bytes === bytes && now.sha256 === sha256
      })
    return areSame ? summary : null
  } catch {
    return null // there is none that can be kept
  }
}
