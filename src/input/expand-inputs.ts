import { type BigIntStats, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { glob, isDynamicPattern } from 'tinyglobby'
import { reason } from './file-source.js'
import type { Input } from './input.js'

/** An argument, or a folder below one, that gave no input. */
export interface InputNotFound {
  readonly path: string
  /** One sentence that names the path. */
  readonly message: string
}

/** What to read. */
export interface ExpandedInputs {
  readonly inputs: readonly Input[]
  readonly problems: readonly InputNotFound[]
}

/**
 * Finds the captures that the arguments name, in the arguments' order, what one argument gives in the order of
 * its names' UTF-16 units, each real file once, however many names lead to it.
 *
 * An argument is, in this order: `-`, standard input; a path that exists, even one that looks like a pattern;
 * a pattern. A folder stands for every regular file below it. Hidden files and folders (`.name`) are left out
 * there and from patterns, as in a shell; links to folders are followed only where an argument or a pattern names them.
 */
export async function expandInputs(args: readonly string[]): Promise<ExpandedInputs> {
  const expansion = new Expansion()
  for (const arg of args) {
    if (arg === '-') expansion.addStdin()
    else await expansion.add(arg)
  }
  return expansion
}

class Expansion implements ExpandedInputs {
  // Invariant: #seen has the identity of every input that is a file, and '-' for standard input.
  readonly inputs: Input[] = []
  readonly problems: InputNotFound[] = []
  readonly #seen = new Set<string>()

  addStdin(): void {
    if (this.#isNew('-')) this.inputs.push({ kind: 'stdin', path: '-' })
  }

  async add(arg: string): Promise<void> {
    const stats = statOrError(arg)
    if (!(stats instanceof Error)) this.#addPath(arg, stats)
    else if (isDynamicPattern(arg)) await this.#addPattern(arg)
    else this.problems.push({ path: arg, message: `Cannot read "${arg}": ${reason(stats)}` })
  }

  async #addPattern(pattern: string): Promise<void> {
    const found = await glob(pattern, { onlyFiles: false, expandDirectories: false })
    let isEmpty = true
    for (const match of found.map((path) => path.replace(/\/$/, '')).sort(byUnits)) {
      const stats = statOrError(match)
      if (stats instanceof Error || !(stats.isFile() || stats.isDirectory())) continue
      this.#addPath(match, stats)
      isEmpty = false
    }
    if (isEmpty) this.problems.push({ path: pattern, message: `No file matches "${pattern}"` })
  }

  /** What is neither a file nor a folder is kept: opening it says what is wrong with it. */
  #addPath(path: string, stats: BigIntStats): void {
    if (stats.isDirectory()) {
      const before = this.#seen.size
      const filesBelow = this.#addFolder(path)
      if (filesBelow === 0 && this.#seen.size === before) {
        this.problems.push({ path, message: `The folder "${path}" has no file to read` })
      }
    } else if (this.#isNew(`${stats.dev}:${stats.ino}`)) {
      this.inputs.push({ kind: 'file', path })
    }
  }

  /** Returns the regular files below the folder, those seen before included. */
  #addFolder(folder: string): number {
    let files = 0
    for (const name of this.#namesIn(folder)) {
      const path = join(folder, name.name)
      if (name.isDirectory()) files += this.#addFolder(path)
      else if (name.isFile() || name.isSymbolicLink()) {
        const stats = statOrError(path)
        if (stats instanceof Error || !stats.isFile()) continue
        files += 1
        this.#addPath(path, stats)
      }
    }
    return files
  }

  #namesIn(folder: string) {
    try {
      const names = readdirSync(folder, { withFileTypes: true })
      return names.filter(({ name }) => !name.startsWith('.')).sort((a, b) => byUnits(a.name, b.name))
    } catch (error) {
      this.problems.push({ path: folder, message: `Cannot read the folder "${folder}": ${reason(error)}` })
      return []
    }
  }

  #isNew(identity: string): boolean {
    if (this.#seen.has(identity)) return false
    this.#seen.add(identity)
    return true
  }
}

function statOrError(path: string): BigIntStats | Error {
  try {
    return statSync(path, { bigint: true })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
