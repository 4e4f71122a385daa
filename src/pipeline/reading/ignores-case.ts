import { lstatSync, mkdtempSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathOfBytes, systemPath } from '../../system-path.js'

const PREFIX = '.pcap2conn-Case-'

/**
 * Whether a folder, which need not exist yet, takes names that differ only in case or in Unicode form for the same
 * name. Makes a folder for the question and removes it.
 */
export function ignoresCase(folder: string): boolean {
  let probe: string
  try {
    const path = mkdtempSync(systemPath(join(folder, PREFIX)) as string, { encoding: 'buffer' })
    probe = pathOfBytes(path)
  } catch (error) {
    const parent = dirname(folder)
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return isMissing && parent !== folder && ignoresCase(parent) // otherwise nothing can be written there
  }
  try {
    const other = join(dirname(probe), probe.slice(dirname(probe).length + 1).toLowerCase())
    return lstatSync(systemPath(other), { throwIfNoEntry: false }) !== undefined
  } finally {
    rmdirSync(systemPath(probe))
  }
}
