import { lstatSync, mkdtempSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathOfBytes, systemPath } from '../../system-path.js'

const PREFIX = '.pcap2conn-Case-'

/**
 * Finds out whether a folder takes names that differ only in case or in Unicode form for the same name. The folder need not
 * exist yet. Makes a folder to see it, and removes that.
 */
export function ignoresCase(folder: string): boolean {
  let probe: string
  try {
    const path = mkdtempSync(systemPath(join(folder, PREFIX)) as string, { encoding: 'buffer' })
    probe = pathOfBytes(path)
  } catch (error) {
    const parent = dirname(folder)
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return isMissing && parent !== folder && ignoresCase(parent) // otherwise the folder cannot be written at all
  }
  try {
    const other = join(dirname(probe), probe.slice(dirname(probe).length + 1).toLowerCase())
    return lstatSync(systemPath(other), { throwIfNoEntry: false }) !== undefined
  } finally {
    rmdirSync(systemPath(probe))
  }
}
