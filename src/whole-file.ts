import { randomBytes } from 'node:crypto'
import { closeSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolders } from './make-folders.js'
import { systemPath } from './system-path.js'

const MODE = 0o640
const NAME_BYTES = 6

/** A path that begins with `path`, and that nobody can foresee: `out/x.json.5f0c6a1b2d3e.partial`. */
export function nameBeside(path: string, ending: string): string {
  return `${path}.${randomBytes(NAME_BYTES).toString('hex')}.${ending}`
}

/**
 * A file that appears under its name when it is complete: until then it has another one beside it, which nobody can
 * foresee, and which goes with the process at the latest. What stood in its place is replaced, a link itself and not
 * what it leads to. Methods throw what the system says.
 */
export class WholeFile {
  // Invariant: #descriptor is null once the file was published or abandoned.
  readonly #path: string
  readonly #partial: string
  readonly #abandonAtExit = () => this.abandon()
  #descriptor: number | null

  /** Makes the file, and the folders that lead to it. */
  constructor(path: string) {
    this.#path = path
    this.#partial = nameBeside(path, 'partial')
    makeFolders(dirname(path))
    this.#descriptor = openSync(systemPath(this.#partial), 'wx', MODE)
    process.once('exit', this.#abandonAtExit)
  }

  append(content: Uint8Array | string): void {
    if (this.#descriptor === null) throw new Error('bug: the file was closed')
    writeFileSync(this.#descriptor, content)
  }

  /** The file is complete. */
  publish(): void {
    this.#close()
    renameSync(systemPath(this.#partial), systemPath(this.#path))
    process.off('exit', this.#abandonAtExit)
  }

  /** Leaves nothing behind; does nothing after `publish()`. Never throws. */
  abandon(): void {
    process.off('exit', this.#abandonAtExit)
    // The failure that led here is the one to tell.
    try {
      this.#close()
    } catch {}
    try {
      unlinkSync(systemPath(this.#partial))
    } catch {}
  }

  #close(): void {
    const descriptor = this.#descriptor
    this.#descriptor = null
    if (descriptor !== null) closeSync(descriptor)
  }
}

/** Writes a file as {@link WholeFile} does. Throws what the system says. */
export function writeWholeFile(path: string, content: Uint8Array | string): void {
  const file = new WholeFile(path)
  try {
    file.append(content)
    file.publish()
  } catch (error) {
    file.abandon()
    throw error
  }
}
