import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failureReason, OutputError } from '../errors.js'

/** The run's private folder, for sorted runs of the index and for spilled bytes. */
export class TempFolder {
  readonly path: string
  readonly #removeAtExit = () => this.#remove()

  /** Makes the folder. It is removed with the process at the latest, unless that is killed. @throws OutputError */
  constructor() {
    const prefix = join(tmpdir(), 'pcap2conn-')
    try {
      this.path = mkdtempSync(prefix)
    } catch (cause) {
      const problem = `Cannot make a temporary folder in "${tmpdir()}": ${failureReason(cause)}`
      throw new OutputError(problem, prefix, { cause })
    }
    process.once('exit', this.#removeAtExit)
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
