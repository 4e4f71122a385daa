import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { failureReason, OutputError } from '../errors.js'
import { systemPath } from '../system-path.js'

const NAME_BYTES = 6
const MODE = 0o750

/** A name that nobody else takes. */
export function withRandomName(name: string): string {
  return `${name}-${randomBytes(NAME_BYTES).toString('hex')}`
}

/** A folder that nobody sees until it gets its name. It is removed with the process at the latest, unless that is killed. */
export class PrivateFolder {
  readonly path: string
  readonly #removeAtExit = () => this.#remove()

  /**
   * @param parent Existing folder.
   * @param name   Begin of its name; a dot is put before it.
   * @throws OutputError
   */
  constructor(parent: string, name: string) {
    this.path = join(parent, `.${withRandomName(name)}`)
    this.#attempt('Cannot make', () => mkdirSync(systemPath(this.path), MODE))
    process.once('exit', this.#removeAtExit)
  }

  /** Gives the folder its name. Returns false where there is a folder of that name, which is not empty. @throws OutputError */
  tryPublish(path: string): boolean {
    try {
      renameSync(systemPath(this.path), systemPath(path))
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return false
      throw new OutputError(`Cannot rename "${this.path}" to "${path}": ${failureReason(cause)}`, path, {
        cause,
        kind: 'run',
      })
    }
    process.off('exit', this.#removeAtExit)
    return true
  }

  /** Removes the folder. Never throws: what is left is removed when the job is finished. */
  remove(): void {
    this.#remove()
    process.off('exit', this.#removeAtExit)
  }

  #remove(): void {
    try {
      rmSync(systemPath(this.path), { recursive: true, force: true })
    } catch {}
  }

  #attempt(problem: string, action: () => void): void {
    try {
      action()
    } catch (cause) {
      const message = `${problem} "${this.path}": ${failureReason(cause)}`
      throw new OutputError(message, this.path, { cause, kind: 'run' })
    }
  }
}
