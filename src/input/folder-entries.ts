import { type BigIntStats, lstatSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathOfBytes, systemPath } from '../system-path.js'

/** What stands in a folder under one name. */
export interface FolderEntry {
  readonly name: string
  readonly path: string
  /** A link to a folder is no folder; `other`: a pipe, a socket, a device; `failed`: it cannot be looked at. */
  readonly kind: 'file' | 'folder' | 'folder_link' | 'other' | 'failed'
  readonly isHidden: boolean
  /** Of the file or folder, where a link leads to, too; null: it cannot be looked at. */
  readonly stats: BigIntStats | null
  readonly isLink: boolean
  /** Why it cannot be looked at. */
  readonly error: unknown
}

/** What stands in a folder, in the order of its names' UTF-16 units. Throws what the system says. */
export function entriesIn(folder: string): FolderEntry[] {
  const names = readdirSync(systemPath(folder), { encoding: 'buffer' }).map(pathOfBytes)
  return names.sort(byUnits).map((name) => entryAt(join(folder, name), name))
}

/** What stands at a path. */
export function entryAt(path: string, name = basename(path)): FolderEntry {
  const entry = { name, path, isHidden: name.startsWith('.'), stats: null, isLink: false, error: null }
  try {
    const own = lstatSync(systemPath(path), { bigint: true })
    const isLink = own.isSymbolicLink()
    const stats = isLink ? statSync(systemPath(path), { bigint: true }) : own
    return { ...entry, kind: kindOf(stats, isLink), stats, isLink }
  } catch (error) {
    return { ...entry, kind: 'failed', error }
  }
}

function kindOf(stats: BigIntStats, isLink: boolean): FolderEntry['kind'] {
  if (stats.isDirectory()) return isLink ? 'folder_link' : 'folder'
  return stats.isFile() ? 'file' : 'other'
}

/** Which file or folder it is, whatever its names: device and inode. */
export function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}

/** The same of what stands at a path, where a link leads to, too; null: it cannot be looked at. */
export function identityAt(path: string): string | null {
  try {
    return identityOf(statSync(systemPath(path), { bigint: true }))
  } catch {
    return null
  }
}

/** The order of folders' contents and of what a pattern gives. */
export function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
