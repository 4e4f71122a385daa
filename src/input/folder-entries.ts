import { type BigIntStats, lstatSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathOfBytes, systemPath } from '../system-path.js'

/** An entry of a folder. */
export interface FolderEntry {
  readonly name: string
  readonly path: string
  /** A link to a folder is not a `folder`. `other` is a pipe, socket or device; `failed` cannot be examined. */
  readonly kind: 'file' | 'folder' | 'folder_link' | 'other' | 'failed'
  readonly isHidden: boolean
  /** Of the file or folder, following links; null when it cannot be examined. */
  readonly stats: BigIntStats | null
  readonly isLink: boolean
  /** Why it cannot be examined. */
  readonly error: unknown
}

/** The entries of a folder, sorted by name (UTF-16 units). Throws the system's error. */
export function entriesIn(folder: string): FolderEntry[] {
  const names = readdirSync(systemPath(folder), { encoding: 'buffer' }).map(pathOfBytes)
  return names.sort(byUnits).map((name) => entryAt(join(folder, name), name))
}

/** The entry at a path. */
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

/** Identifies a file or folder by device and inode, independent of its names. */
export function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}

/** The identity of the entry at a path, following links; null when it cannot be examined. */
export function identityAt(path: string): string | null {
  try {
    return identityOf(statSync(systemPath(path), { bigint: true }))
  } catch {
    return null
  }
}

/** Compares names by UTF-16 units, for the order of folder entries and pattern matches. */
export function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
