import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { failureReason, OutputError } from '../errors.js'
import { makeOutputFolder } from '../output/make-output-folder.js'
import { shownPath } from '../system-path.js'

/** The run's private folder, for sorted runs of the index and for spilled bytes. */
export class TempFolder {
  readonly path: string
  readonly #removeAtExit = () => this.#remove()

  /**
   * Makes the folder. It is removed with the process at the latest, unless that is killed.
   *
   * @param parent Existing folder that it is in.
   * @throws OutputError
   */
  constructor(parent = tmpdir()) {
    const prefix = join(parent, 'pcap2conn-')
    try {
      this.path = mkdtempSync(prefix)
    } catch (cause) {
      const problem = `Cannot make a temporary folder in "${parent}": ${failureReason(cause)}`
      throw new OutputError(problem, prefix, { cause })
    }
    process.once('exit', this.#removeAtExit)
  }

  /**
   * Makes the folder beside a file that gets all that is in it: the disk of the system's own may be too small. That one is used
   * where the path is no text.
   *
   * @throws OutputError
   */
  static beside(file: string): TempFolder {
    const parent = dirname(file)
    makeOutputFolder(parent)
    return shownPath(parent) === parent ? new TempFolder(parent) : new TempFolder()
  }

  /** Removes the folder. @returns What stands in the way; it is tried once more at the end of the process. */
  remove(): OutputError | null {
    const failure = this.#remove()
    if (failure === null) process.off('exit', this.#removeAtExit)
    return failure
  }

  #remove(): OutputError | null {
    try {
      rmSync(this.path, { recursive: true, force: true })
      return null
    } catch (cause) {
      return new OutputError(`Cannot remove "${this.path}": ${failureReason(cause)}`, this.path, { cause })
    }
  }
}
