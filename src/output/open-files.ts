import fs from 'node:fs'
import { grown, grownRows } from '../bytes/grown.js'
import { NumberedList } from '../bytes/numbered-list.js'
import { OutputError } from '../errors.js'
import { pause } from '../pause.js'
import { systemPath } from '../system-path.js'
import type { FdBudget } from './fd-budget.js'
import { outputFailure } from './output-failure.js'
import type { OutputTotals } from './output-totals.js'

const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants
// Not on Windows.
const O_NOFOLLOW = fs.constants.O_NOFOLLOW ?? 0
const O_NONBLOCK = fs.constants.O_NONBLOCK ?? 0
const CREATE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
// Should a pipe have taken the file's place, opening it must not wait for a reader.
const CONTINUE = O_WRONLY | O_NOFOLLOW | O_NONBLOCK
const MODE = 0o640

const CREATED = 1
const GIVEN_UP = 2
const IS_INPUT = 'EINPUT'
/** Failures that are kept as text; further ones are counted. */
const SHOWN_FAILURES = 20

const NO_FILES: ReadonlySet<string> = new Set()
const INITIAL_CAPACITY = 256
// The process is out of descriptors and none of them is ours to close: others may be gone in a moment.
const FD_WAIT_MS = 20
const FD_WAITS = 100

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

/**
 * The output files of one worker: opened when something is written, closed when others need the slot, the
 * least recently written first.
 *
 * A file is a small integer; its path is asked for when it is opened. The first open of a file creates it and
 * never touches what exists (unless `isForced`: then it is replaced); later ones continue it.
 */
export class OpenFiles {
  // Invariants:
  // - #descriptors[file] is the descriptor plus 1, 0 when the file is closed; exactly the open ones are in #byUse.
  // - the worker's own slot serves one open descriptor, a slot of the budget each further one.
  readonly #budget: FdBudget
  readonly #pathOf: (file: number) => string
  readonly #isForced: boolean
  readonly #totals: OutputTotals
  readonly #inputFiles: ReadonlySet<string>
  readonly #byUse = new NumberedList()
  #descriptors = new Int32Array(INITIAL_CAPACITY)
  /** 0, CREATED, or GIVEN_UP. */
  #state = new Uint8Array(INITIAL_CAPACITY)
  #open = 0

  /**
   * @param pathOf   Path of a file. The same answer from the file's first write until `forget()`.
   * @param isForced Replace what exists.
   * @param totals   Its `files` and `bytesWritten` are counted up.
   * @param inputFiles `device:inode` of files that are never replaced.
   */
  constructor(
    budget: FdBudget,
    pathOf: (file: number) => string,
    isForced: boolean,
    totals: OutputTotals,
    inputFiles: ReadonlySet<string> = NO_FILES,
  ) {
    this.#budget = budget
    this.#pathOf = pathOf
    this.#isForced = isForced
    this.#totals = totals
    this.#inputFiles = inputFiles
  }

  /**
   * Writes `bytes[from, to)` at byte `fileOffset` of the file; nothing where the file has been given up.
   *
   * @throws OutputError that is not a matter of this file alone.
   */
  write(file: number, bytes: Uint8Array, from: number, to: number, fileOffset: number): void {
    this.#attempt(file, (descriptor) => {
      writeAll(descriptor, bytes, from, to, fileOffset)
      this.#totals.bytesWritten += to - from
    })
  }

  /** Makes the file `bytes` long. @throws OutputError as `write()` does. */
  setLength(file: number, bytes: number): void {
    this.#attempt(file, (descriptor) => fs.ftruncateSync(descriptor, bytes))
  }

  /** The file could not be written and was given up; the totals say why. */
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
      this.#giveSlotBack() // not before: another worker takes it at once
    }
  }

  /** The number will mean another file from now on. The file is closed. */
  forget(file: number): void {
    if (file < this.#state.length) this.#state[file] = 0
  }

  /** Creates the connection file `path` with this content. @throws OutputError as `write()` does. */
  writeWhole(path: string, bytes: Uint8Array, from: number, to: number): void {
    try {
      this.withSlot(() => {
        const descriptor = this.#create(path)
        try {
          writeAll(descriptor, bytes, from, to, 0)
        } finally {
          fs.closeSync(descriptor)
        }
        this.#totals.bytesWritten += to - from
      })
    } catch (error) {
      this.#giveUp(path, error)
    }
  }

  /** Calls `action` while it holds one slot, in which it may open one file. */
  withSlot(action: () => void): void {
    this.#takeSlot()
    try {
      action()
    } finally {
      this.#giveSlotBack()
    }
  }

  #attempt(file: number, action: (descriptor: number) => void): void {
    if (this.#state[file] === GIVEN_UP) return
    try {
      action(this.#descriptorOf(file))
    } catch (error) {
      this.#giveUp(this.#pathOf(file), error)
      this.close(file)
      this.#state[file] = GIVEN_UP
    }
  }

  // Notes a failure of one file; throws one that others would share.
  #giveUp(path: string, error: unknown): void {
    const failure = error instanceof OutputError ? error : outputFailure(path, error)
    // What is wrong with the disk or the folder ends the run, and so does a file that exists: nothing is to be written
    // over the results of another run.
    if (failure.kind !== 'output' || codeOf(failure.cause) === 'EEXIST') throw failure
    this.#totals.failures += 1
    if (this.#totals.failureTexts.length < SHOWN_FAILURES) this.#totals.failureTexts.push(failure.message)
  }

  #descriptorOf(file: number): number {
    if (file >= this.#descriptors.length) this.#grow(file)
    const open = this.#descriptors[file]!
    if (open !== 0) {
      this.#byUse.pushLast(file)
      return open - 1
    }
    this.#takeSlot()
    let descriptor: number
    try {
      const path = this.#pathOf(file)
      descriptor = this.#state[file] === CREATED ? this.#continue(path) : this.#create(path)
    } catch (error) {
      this.#giveSlotBack()
      throw error
    }
    this.#state[file] = CREATED
    this.#descriptors[file] = descriptor + 1
    this.#byUse.pushLast(file)
    return descriptor
  }

  #create(path: string): number {
    let descriptor: number
    try {
      descriptor = this.#openAt(path, CREATE)
    } catch (error) {
      if (!this.#isForced || codeOf(error) !== 'EEXIST') throw outputFailure(path, error)
      descriptor = this.#replace(path)
    }
    this.#totals.files += 1
    return descriptor
  }

  // A new file in any case: what exists may be a link to a file that is not ours.
  #replace(path: string): number {
    try {
      if (this.#inputFiles.size > 0) this.#refuseInput(path)
      fs.unlinkSync(systemPath(path))
      return this.#openAt(path, CREATE)
    } catch (error) {
      throw outputFailure(path, error)
    }
  }

  #refuseInput(path: string): void {
    const stats = fs.statSync(systemPath(path), { bigint: true, throwIfNoEntry: false })
    if (stats !== undefined && this.#inputFiles.has(`${stats.dev}:${stats.ino}`))
      throw Object.assign(new Error('it is an input'), { code: IS_INPUT })
  }

  #continue(path: string): number {
    try {
      return this.#openAt(path, CONTINUE)
    } catch (error) {
      throw outputFailure(path, error)
    }
  }

  #openAt(path: string, flags: number): number {
    for (let waits = 0; ; ) {
      try {
        return fs.openSync(systemPath(path), flags, MODE)
      } catch (error) {
        const code = codeOf(error)
        const isShort = code === 'EMFILE' || code === 'ENFILE'
        if (!isShort || (this.#byUse.first === -1 && waits === FD_WAITS)) throw error
      }
      if (this.#byUse.first !== -1) {
        this.close(this.#byUse.first)
      } else {
        waits += 1
        pause(FD_WAIT_MS)
      }
    }
  }

  #takeSlot(): void {
    while (this.#open > 0 && !this.#budget.tryAcquire()) {
      const oldest = this.#byUse.first
      if (oldest === -1) throw new Error('bug: no file to close for a slot')
      this.close(oldest)
    }
    this.#open += 1
  }

  #giveSlotBack(): void {
    this.#open -= 1
    if (this.#open > 0) this.#budget.release()
  }

  #grow(file: number): void {
    const rows = grownRows(this.#descriptors.length, file + 1)
    this.#descriptors = grown(this.#descriptors, rows)
    this.#state = grown(this.#state, rows)
  }
}

// A write may end short (a full disk, a signal): the rest follows, or the error that stopped it.
function writeAll(descriptor: number, bytes: Uint8Array, from: number, to: number, fileOffset: number): void {
  while (from < to) {
    const written = fs.writeSync(descriptor, bytes, from, to - from, fileOffset)
    if (written === 0) throw new Error('nothing more could be written')
    from += written
    fileOffset += written
  }
}
