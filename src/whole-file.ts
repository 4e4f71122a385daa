import { randomBytes } from 'node:crypto'
import { closeSync, openSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolders } from './make-folders.js'
import { systemPath } from './system-path.js'

const MODE = 0o640
const NAME_BYTES = 6

/** An unpredictable path beside `path`: `out/x.json.5f0c6a1b2d3e.partial`. */
export function nameBeside(path: string, ending: string): string {
  return `${path}.${randomBytes(NAME_BYTES).toString('hex')}.${ending}`
}

/** Files that are deleted if the process ends. */
const unpublished = new Set<WholeFile>()

function abandonAll(): void {
  for (const file of [...unpublished]) file.abandon()
}

function forget(file: WholeFile): void {
  unpublished.delete(file)
  if (unpublished.size === 0) process.off('exit', abandonAll)
}

/**
 * A file that appears under its name only when it is complete. Until then it has an unpredictable name beside it, and it
 * is deleted if the process ends first. An existing file is replaced; of a link, the link itself and not its target.
 * Methods throw the system's errors.
 */
export class WholeFile {
  // Invariant: #descriptor is null once the file was published or abandoned.
  readonly #path: string
  readonly #partial: string
  #descriptor: number | null

  /** Creates the file and its parent folders. */
  constructor(path: string) {
    this.#path = path
    this.#partial = nameBeside(path, 'partial')
    makeFolders(dirname(path))
    this.#descriptor = openSync(systemPath(this.#partial), 'wx', MODE)
    if (unpublished.size === 0) process.on('exit', abandonAll)
    unpublished.add(this)
  }

  append(content: Uint8Array | string): void {
    if (this.#descriptor === null) throw new Error('bug: the file was closed')
    writeFileSync(this.#descriptor, content)
  }

  /** Puts other bytes in the place of the first ones. */
  rewriteStart(content: Uint8Array): void {
    if (this.#descriptor === null) throw new Error('bug: the file was closed')
    for (let at = 0; at < content.length; )
      at += writeSync(this.#descriptor, content, at, content.length - at, at)
  }

  /** Gives the complete file its name. */
  publish(): void {
    this.#close()
    renameSync(systemPath(this.#partial), systemPath(this.#path))
    forget(this)
  }

  /** Deletes the file, unless it was published. Never throws. */
  abandon(): void {
    forget(this)
    // The failure that led here is the one to report.
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

/** Writes a file as {@link WholeFile} does. Throws the system's errors. */
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
