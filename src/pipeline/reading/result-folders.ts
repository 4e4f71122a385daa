import { lstatSync, type Stats } from 'node:fs'
import { basename, join } from 'node:path'
import type { Config } from '../../config/config.js'
import { ConfigError, failureReason, OutputError } from '../../errors.js'
import type { Input } from '../../input/input.js'
import { shownPath, systemPath } from '../../system-path.js'
import { ignoresCase } from './ignores-case.js'
import { inputAt } from './refuse-inputs.js'

/** The folders that `--per-file` gives to inputs, below the output folder. */
export class ResultFolders {
  // Invariants: #inputs has the input of each folder by the folder's path, #alike by that path as a file system that ignores case
  // sees it. #looked has paths at which neither a file nor a link stands.
  readonly #config: Config
  readonly #files: ReadonlyMap<string, Input>
  readonly #inputs = new Map<string, Input>()
  readonly #alike = new Map<string, Input>()
  readonly #looked = new Set<string>()
  #ignoresCase: boolean | null = null

  /** @param files The inputs that are files, by device and inode. */
  constructor(config: Config, files: ReadonlyMap<string, Input>) {
    this.#config = config
    this.#files = files
  }

  /**
   * Gives an input its folder. Bytes that are not UTF-8 become `\xNN` in its name, because an index can hold only text.
   *
   * @throws ConfigError, OutputError as `planCaptures()` does.
   */
  add(input: Input): string {
    const { outputDir, toConsole, writeFiles, writeMetadata, zipFile } = this.#config
    const below = input.kind === 'stdin' ? 'stdin' : shownPath(input.below ?? basename(input.path))
    const dir = join(outputDir, below)
    if (writeFiles && (!toConsole || writeMetadata) && input.failure === undefined) {
      this.#refuseTwo(input, below, dir)
      if (zipFile === null) this.#refuseOthers(below)
    }
    return dir
  }

  #refuseTwo(input: Input, below: string, dir: string): void {
    const other = this.#inputs.get(below)
    if (other !== undefined) throw sharedFolder(other, input, dir)
    this.#inputs.set(below, input)
    const folded = below.normalize('NFC').toUpperCase().toLowerCase()
    const alike = this.#alike.get(folded)
    this.#alike.set(folded, input)
    if (alike === undefined) return
    this.#ignoresCase ??= ignoresCase(this.#config.outputDir)
    if (this.#ignoresCase) throw sharedFolder(alike, input, dir)
  }

  // A link at this place would lead the results elsewhere.
  #refuseOthers(below: string): void {
    let dir = this.#config.outputDir
    for (const name of below.split('/')) {
      dir = join(dir, name)
      if (this.#looked.has(dir)) continue
      this.#looked.add(dir)
      const found = lookAt(dir)
      if (found === undefined || found.isDirectory()) continue
      const input = inputAt(dir, this.#files)
      const kind = found.isSymbolicLink() ? 'link' : input === undefined ? 'file' : 'capture'
      const problem = `a ${kind} has that name (-o names another output folder)`
      const message = `Cannot make the folder "${dir}" for results: ${problem}`
      throw input === undefined ? new OutputError(message, dir) : new ConfigError(message)
    }
  }
}

function lookAt(dir: string): Stats | undefined {
  try {
    return lstatSync(systemPath(dir), { throwIfNoEntry: false })
  } catch (cause) {
    throw new OutputError(`Cannot make the folder "${dir}": ${failureReason(cause)}`, dir, { cause })
  }
}

function sharedFolder(one: Input, other: Input, dir: string): ConfigError {
  return new ConfigError(
    `Cannot use --per-file: "${one.path}" and "${other.path}" would have one folder of results, "${dir}"`,
  )
}
