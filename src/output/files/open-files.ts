import fs from 'node:fs'
import { grown, grownRows } from '../../bytes/grown.js'
import { NumberedList } from '../../bytes/numbered-list.js'
import { outputFailure } from '../output-failure.js'
import type { SlotHolder } from './file-slots.js'
import type { FileStore } from './file-store.js'
import type { NewFiles } from './new-files.js'

const CREATED = 1
const GIVEN_UP = 2
const INITIAL_CAPACITY = 256

/**
 * The files of one output of one worker. A file is opened when it is written; when a slot is needed, the least recently
 * written file is closed.
 *
 * A file is a small integer; its path is requested when it is opened. The first open creates the file; later ones
 * append.
 */
export class OpenFiles implements FileStore, SlotHolder {
  // Invariants:
  // - #descriptors[file] is the descriptor plus 1, 0 when the file is closed; exactly the open ones are in #byUse, and
  //   each of them has a slot.
  readonly #newFiles: NewFiles
  readonly #pathOf: (file: number) => string
  readonly #byUse = new NumberedList()
  #descriptors = new Int32Array(INITIAL_CAPACITY)
  /** 0, CREATED, or GIVEN_UP. */
  #state = new Uint8Array(INITIAL_CAPACITY)

  /** @param pathOf Returns the path of a file. It must not change from the file's first write until `forget()`. */
  constructor(newFiles: NewFiles, pathOf: (file: number) => string) {
    this.#newFiles = newFiles
    this.#pathOf = pathOf
    newFiles.slots.join(this)
  }

  /**
   * Writes `bytes[from, to)` at byte `fileOffset` of the file. Does nothing if the file has been given up.
   *
   * @throws OutputError for a failure that concerns other files, too.
   */
  write(file: number, bytes: Uint8Array, from: number, to: number, fileOffset: number): void {
    this.#attempt(file, (descriptor) => this.#newFiles.write(descriptor, bytes, from, to, fileOffset))
  }

  /** Sets the file's length. @throws OutputError as `write()` does. */
  setLength(file: number, bytes: number): void {
    this.#attempt(file, (descriptor) => fs.ftruncateSync(descriptor, bytes))
  }

  /** True when the file could not be written and was given up; the totals say why. */
  isGivenUp(file: number): boolean {
    return this.#state[file] === GIVEN_UP
  }

  /** Closes the file's descriptor, if it is open. @throws OutputError */
  close(file: number): void {
    const descriptor = this.#descriptors[file] ?? 0
    if (descriptor === 0) return
    this.#descriptors[file] = 0
    this.#byUse.remove(file)
    try {
      fs.closeSync(descriptor - 1)
    } catch (error) {
      throw outputFailure(this.#pathOf(file), error)
    } finally {
      this.#newFiles.slots.giveBack() // only now: another worker may take it at once
    }
  }

  complete(file: number): void {
    this.close(file)
  }

  closeOldest(): boolean {
    const oldest = this.#byUse.first
    if (oldest === -1) return false
    this.close(oldest)
    return true
  }

  /** Frees the number for another file. The file must be closed. */
  forget(file: number): void {
    if (file < this.#state.length) this.#state[file] = 0
  }

  #attempt(file: number, action: (descriptor: number) => void): void {
    if (this.#state[file] === GIVEN_UP) return
    try {
      action(this.#descriptorOf(file))
    } catch (error) {
      this.#newFiles.giveUp(this.#pathOf(file), error)
      this.close(file)
      this.#state[file] = GIVEN_UP
    }
  }

  #descriptorOf(file: number): number {
    if (file >= this.#descriptors.length) this.#grow(file)
    const open = this.#descriptors[file]!
    if (open !== 0) {
      this.#byUse.pushLast(file)
      return open - 1
    }
    const { slots } = this.#newFiles
    slots.take()
    let descriptor: number
    try {
      const path = this.#pathOf(file)
      descriptor = this.#state[file] === CREATED ? this.#newFiles.reopen(path) : this.#newFiles.create(path)
    } catch (error) {
      slots.giveBack()
      throw error
    }
    this.#state[file] = CREATED
    this.#descriptors[file] = descriptor + 1
    this.#byUse.pushLast(file)
    return descriptor
  }

  #grow(file: number): void {
    const rows = grownRows(this.#descriptors.length, file + 1)
    this.#descriptors = grown(this.#descriptors, rows)
    this.#state = grown(this.#state, rows)
  }
}
