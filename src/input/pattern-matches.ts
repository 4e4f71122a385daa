import { type Dirent, readlinkSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { type FileSystemAdapter, globSync } from 'tinyglobby'
import { pathOfBytes, systemPath } from '../system-path.js'
import { byUnits, type FolderEntry } from './folder-entries.js'

/** The matches of a pattern. */
export interface PatternMatches {
  readonly paths: readonly string[]
  /** Further matches with hidden names. */
  readonly hidden: readonly string[]
}

/**
 * Finds the files, folders and links that match a pattern, each sorted by UTF-16 units.
 *
 * @param list Lists the entries of a folder that the search sees.
 */
export function matchesOf(pattern: string, list: (folder: string) => readonly FolderEntry[]): PatternMatches {
  const cwd = workingFolder()
  const shownAs = isAbsolute(pattern) ? (folder: string) => folder : (folder: string) => relative(cwd, folder)
  const seen = new Map<string, readonly FolderEntry[]>()
  const entries = (folder: string) => {
    const known = seen.get(folder) ?? list(shownAs(folder) || '.')
    seen.set(folder, known)
    return known
  }
  const options = { cwd, absolute: isAbsolute(pattern), onlyFiles: false, expandDirectories: false }
  const paths = globSync(pattern, { ...options, fs: adapter(entries, false) }).map(withoutSlash)
  // The search sees a hidden folder as a file, so that it does not descend into it.
  const withHidden = globSync(pattern, { ...options, dot: true, fs: adapter(entries, true) }).map(
    withoutSlash,
  )
  const plain = new Set(paths)
  return {
    paths: paths.sort(byUnits),
    hidden: withHidden.filter((path) => !plain.has(path)).sort(byUnits),
  }
}

/** The folder before the first special character of a pattern; empty for the current folder. */
export function constantPart(pattern: string): string {
  const [constant = ''] = /^[^*?[\]{}()!+@|\\]*/.exec(pattern) ?? []
  return constant.slice(0, constant.lastIndexOf('/') + 1)
}

/** The path of a match below the constant part of its pattern. It never leads out of that folder. */
export function belowConstant(constant: string, path: string): string {
  const names = relative(constant, path).split(sep)
  return names.filter((name) => name !== '..').join('/')
}

function withoutSlash(path: string): string {
  return path.replace(/\/$/, '')
}

function adapter(
  entries: (folder: string) => readonly FolderEntry[],
  areHiddenNames: boolean,
): FileSystemAdapter {
  const readdir = (folder: string) =>
    entries(folder.length > 1 ? withoutSlash(folder) : folder).flatMap((entry) =>
      direntsOf(entry, areHiddenNames),
    )
  return {
    readdirSync: readdir as unknown as NonNullable<FileSystemAdapter['readdirSync']>,
    realpathSync: ((path: string) =>
      pathOfBytes(realpathSync(systemPath(path), { encoding: 'buffer' }))) as NonNullable<
      FileSystemAdapter['realpathSync']
    >,
    statSync: ((path: string) => statSync(systemPath(path))) as NonNullable<FileSystemAdapter['statSync']>,
  }
}

type FoundName = Pick<Dirent, 'name' | 'isFile' | 'isDirectory' | 'isSymbolicLink'>

// A link to a folder matches by its name and leads to further names. The search detects circular links.
function direntsOf({ name, kind, isHidden }: FolderEntry, areHiddenNames: boolean): FoundName[] {
  const isFolder = kind === 'folder' || kind === 'folder_link'
  if (!isFolder || (isHidden && areHiddenNames)) return [found(name, 'file')]
  return kind === 'folder' ? [found(name, 'folder')] : [found(name, 'file'), found(name, 'link')]
}

function found(name: string, kind: 'file' | 'folder' | 'link'): FoundName {
  return {
    name,
    isFile: () => kind === 'file',
    isDirectory: () => kind === 'folder',
    isSymbolicLink: () => kind === 'link',
  }
}

// The current folder, even if its name is not UTF-8.
function workingFolder(): string {
  const folder = resolve('.')
  if (!folder.includes('\ufffd')) return folder
  try {
    return pathOfBytes(readlinkSync('/proc/self/cwd', { encoding: 'buffer' }))
  } catch {
    return folder
  }
}
