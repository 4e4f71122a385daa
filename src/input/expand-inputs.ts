import type { BigIntStats } from 'node:fs'
import { resolve } from 'node:path'
import { isDynamicPattern } from 'tinyglobby'
import { InputError } from '../errors.js'
import type { SkipReason } from '../summary.js'
import { reason } from './file-source.js'
import { entriesIn, entryAt, type FolderEntry, identityOf } from './folder-entries.js'
import type { Input } from './input.js'
import { isConnectionFileName, type OutputPaths, OwnResults } from './own-results.js'
import { belowConstant, constantPart, matchesOf } from './pattern-matches.js'
import { SkippedPaths } from './skipped-paths.js'

/** The inputs to read. */
export interface ExpandedInputs {
  readonly inputs: readonly Input[]
  /** Errors of arguments that matched no input. */
  readonly problems: readonly InputError[]
  /** Other files found. */
  readonly skipped: SkippedPaths
  /** The inputs that are files, by device and inode. */
  readonly files: Map<string, Input>
  /** Keys of `files` that a connection file could replace, because of their name or because they have several names. */
  readonly exposed: Set<string>
}

const NO_OUTPUTS: OutputPaths = { folder: null, files: [] }
const MISSING = new Set(['ENOENT', 'ENOTDIR'])

/**
 * Finds the captures that the arguments name, in the order of the arguments. The files of one argument are sorted by
 * name (UTF-16 units). A file with several names counts once.
 *
 * An argument is, in this order: `-` for standard input; an existing path, also of a pipe, even if it looks like a
 * pattern; or a pattern. A folder means all regular files below it. Below folders and by patterns, these are only
 * counted and not read: hidden entries (`.name`, unless the pattern matches them as in a shell), entries that are not
 * files, and results of this run and of earlier runs. Links to folders are followed only if an argument or a pattern
 * names them. An entry that cannot be examined becomes an input that fails.
 *
 * @param outputs What the run writes.
 */
export function expandInputs(args: readonly string[], outputs: OutputPaths = NO_OUTPUTS): ExpandedInputs {
  const expansion = new Expansion(new OwnResults(outputs))
  for (const arg of args) expansion.add(arg)
  return expansion
}

class Expansion implements ExpandedInputs {
  // Invariants: #hasStdin: standard input is one of the inputs. #noted are the paths that were skipped,
  // #failed those of inputs that fail: patterns and folders may lead to one by several ways.
  readonly inputs: Input[] = []
  readonly problems: InputError[] = []
  readonly skipped = new SkippedPaths()
  readonly files = new Map<string, Input>()
  readonly exposed = new Set<string>()
  readonly #own: OwnResults
  readonly #noted = new Set<string>()
  readonly #failed = new Set<string>()
  #hasStdin = false

  constructor(own: OwnResults) {
    this.#own = own
  }

  add(arg: string): void {
    if (arg === '-') {
      this.#addStdin()
      return
    }
    const entry = entryAt(arg)
    if (entry.stats !== null) this.#addNamed(entry, entry.stats)
    else if (isDynamicPattern(arg)) this.#addPattern(arg)
    else this.#tell(arg, `Cannot read "${arg}": ${reason(entry.error)}`, entry.error)
  }

  #addStdin(): void {
    if (!this.#hasStdin) this.inputs.push({ kind: 'stdin', path: '-' })
    this.#hasStdin = true
  }

  // Keeps an entry that is not a file, a pipe or a folder: opening it will report what is wrong.
  #addNamed(entry: FolderEntry, stats: BigIntStats): void {
    const { path } = entry
    if (!stats.isDirectory()) {
      const kind = stats.isFIFO() ? 'pipe' : 'file'
      const other = this.#addFile(entry, stats, { kind, path })
      if (other !== null) this.#skip('same_file', path, other)
    } else {
      const before = this.inputs.length
      const files = this.#addFolder(path, '', true)
      if (files === 0 && this.inputs.length === before)
        this.#tell(path, `The folder "${path}" has no file to read`)
    }
  }

  #addPattern(pattern: string): void {
    const constant = constantPart(pattern)
    const root = resolve(constant)
    const before = this.inputs.length
    const { paths, hidden } = matchesOf(pattern, (folder) =>
      this.#entriesOf(folder, resolve(folder) === root),
    )
    for (const path of hidden) this.#skip('hidden', path)
    let count = 0
    for (const path of paths) count += this.#addFound(entryAt(path), belowConstant(constant, path), true)
    if (count === 0 && this.inputs.length === before) this.#tell(pattern, `No file matches "${pattern}"`)
  }

  // Returns the number of files below the folder, including those seen before.
  #addFolder(folder: string, below: string, isNamed: boolean): number {
    let files = 0
    for (const entry of this.#entriesOf(folder, isNamed)) {
      if (entry.isHidden) this.#skip('hidden', entry.path)
      else files += this.#addFound(entry, below === '' ? entry.name : `${below}/${entry.name}`, false)
    }
    return files
  }

  // Returns the number of files that it stands for, including those seen before.
  #addFound(entry: FolderEntry, below: string, followsLinks: boolean): number {
    const { kind, path, stats } = entry
    if (stats === null) {
      this.#fail(path, below, `Cannot read "${path}": ${reason(entry.error)}`, entry.error)
      return 1
    }
    if (kind === 'folder' || (kind === 'folder_link' && followsLinks))
      return this.#addFolder(path, below, false)
    if (kind === 'folder_link') this.#skip('folder_link', path)
    else if (kind === 'other') this.#skip('not_capture', path)
    else if (this.#own.isOwnFile(entry)) this.#skip('own_results', path)
    else {
      const other = this.#addFile(entry, stats, { kind: 'file', path, below, isFound: true })
      if (other !== null && other !== path) this.#skip('same_file', path, other)
      return 1
    }
    return 0
  }

  // Returns the path by which the file is read already, or null if it was added.
  #addFile({ name, isLink }: FolderEntry, stats: BigIntStats, input: Input): string | null {
    const identity = identityOf(stats)
    const other = this.files.get(identity)
    if (other !== undefined) return other.path
    this.files.set(identity, input)
    this.inputs.push(input)
    if (isLink || stats.nlink > 1n || isConnectionFileName(name)) this.exposed.add(identity)
    return null
  }

  // The entries of a folder; none for a folder of results, unless the user named it.
  #entriesOf(folder: string, isNamed: boolean): readonly FolderEntry[] {
    if (!isNamed && this.#own.isOwnFolder(entryAt(folder))) return this.#skipOwn(folder)
    try {
      const entries = entriesIn(folder)
      return !isNamed && this.#own.isMarked(entries) ? this.#skipOwn(folder) : entries
    } catch (error) {
      // The pattern begins with a folder that is not there: it matches nothing.
      const isMissing = isNamed && MISSING.has((error as NodeJS.ErrnoException).code ?? '')
      if (!isMissing)
        this.#fail(folder, folder, `Cannot read the folder "${folder}": ${reason(error)}`, error)
      return []
    }
  }

  #skipOwn(folder: string): readonly FolderEntry[] {
    this.#skip('own_results', folder)
    return []
  }

  #skip(reason: SkipReason, path: string, sameAs?: string): void {
    if (this.#noted.has(path)) return
    this.#noted.add(path)
    this.skipped.add(reason, path, sameAs)
  }

  #fail(path: string, below: string, message: string, cause: unknown): void {
    if (this.#failed.has(path)) return
    this.#failed.add(path)
    const failure = new InputError(message, path, { cause })
    this.inputs.push({ kind: 'file', path, below, isFound: true, failure })
  }

  #tell(path: string, message: string, cause?: unknown): void {
    this.problems.push(new InputError(message, path, { cause }))
  }
}
