import fs from 'node:fs'
import { join, relative, sep } from 'node:path'
import { systemPath } from '../../system-path.js'
import { existsFailure, outputFailure } from '../output-failure.js'

/** Folder beside the record of `--resume`, with the lists of files made and the kept index. */
export const STATE_FOLDER = '.pcap2conn'
/** Name of a worker's list in that folder. */
export const MADE_LIST = /^made-\d+$/

const { O_WRONLY, O_CREAT, O_APPEND } = fs.constants
const FLAGS = O_WRONLY | O_CREAT | O_APPEND | (fs.constants.O_NOFOLLOW ?? 0)

/**
 * Lists the files that one worker makes for a capture, one name per line. A name is written before its file is made, so
 * the next run knows all files however this run ends.
 */
export class MadeFiles {
  // Invariants: #folder is the capture's folder, or null if nothing is listed. #descriptor is the list's, or -1 if
  // closed.
  readonly #name: string
  #folder: string | null = null
  #descriptor = -1

  constructor(workerNumber: number) {
    this.#name = `made-${workerNumber}`
  }

  /** @param folder Folder of the capture, which has a {@link STATE_FOLDER}; null to list nothing. */
  startCapture(folder: string | null): void {
    this.close()
    this.#folder = folder
  }

  /**
   * Lists a file that is about to be made.
   *
   * @param isForced True if an existing file is replaced. Otherwise an existing file belongs to somebody else.
   * @throws OutputError
   */
  add(path: string, isForced: boolean): void {
    if (this.#folder === null) return
    if (!isForced && fs.lstatSync(systemPath(path), { throwIfNoEntry: false }) !== undefined)
      throw existsFailure(path)
    const list = join(this.#folder, STATE_FOLDER, this.#name)
    try {
      if (this.#descriptor < 0) this.#descriptor = fs.openSync(systemPath(list), FLAGS, 0o640)
      fs.writeFileSync(this.#descriptor, `${relative(this.#folder, path).replaceAll(sep, '/')}\n`)
    } catch (error) {
      throw outputFailure(list, error)
    }
  }

  /** @throws OutputError */
  close(): void {
    const descriptor = this.#descriptor
    this.#descriptor = -1
    if (descriptor < 0) return
    try {
      fs.closeSync(descriptor)
    } catch (error) {
      throw outputFailure(this.#name, error)
    }
  }
}
