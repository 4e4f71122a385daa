import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failureReason, OutputError } from '../errors.js'

/** The run's private folder, for sorted runs of the index and for spilled bytes. */
export class TempFolder {
  readonly path: string
  readonly #removeAtExit = () => this.#remove()

  /** Makes the folder. It goes with the process at the latest, however that ends but by a kill. @throws OutputError */
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

  remove(): void {
    process.off('exit', this.#removeAtExit)
    this.#remove()
  }

  #remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
