import fs from 'node:fs'
import { OutputError } from '../../errors.js'
import { pause } from '../../pause.js'
import { systemPath } from '../../system-path.js'
import { makeOutputFolder } from '../make-output-folder.js'
import { outputFailure } from '../output-failure.js'
import type { OutputTotals } from '../output-totals.js'
import type { FileSlots } from './file-slots.js'
import type { MadeFiles } from './made-files.js'

const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants
// Absent on Windows.
const O_NOFOLLOW = fs.constants.O_NOFOLLOW ?? 0
const O_NONBLOCK = fs.constants.O_NONBLOCK ?? 0
const CREATE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
// If a pipe has replaced the file, opening it must not wait for a reader.
const CONTINUE = O_WRONLY | O_NOFOLLOW | O_NONBLOCK
const MODE = 0o640

const IS_INPUT = 'EINPUT'
const NO_FILES: ReadonlySet<string> = new Set()
/** Most failures kept as text; further ones are only counted. */
const SHOWN_FAILURES = 20

// Wait when the process has no descriptor left and we have none to close: others may be closed soon.
const FD_WAIT_MS = 20
const FD_WAITS = 100

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

/** Creates the files of one worker's outputs. Existing files are never touched unless `isForced`, which replaces them. */
export class NewFiles {
  readonly slots: FileSlots
  readonly #isForced: boolean
  readonly #totals: OutputTotals
  readonly #inputFiles: ReadonlySet<string>
  readonly #made: MadeFiles | null
  /** Created with its first file; null once it exists. */
  #folder: string | null = null

  /**
   * @param totals     Counts `files`, `bytesWritten` and failures.
   * @param inputFiles `device:inode` of files that must never be replaced.
   * @param made       Lists each file before it is made, or null.
   */
  constructor(
    slots: FileSlots,
    isForced: boolean,
    totals: OutputTotals,
    inputFiles: ReadonlySet<string> = NO_FILES,
    made: MadeFiles | null = null,
  ) {
    this.slots = slots
    this.#isForced = isForced
    this.#totals = totals
    this.#inputFiles = inputFiles
    this.#made = made
  }

  /** Sets the folder of the files that follow. It is created with the first of them. */
  startCapture(folder: string): void {
    this.#folder = folder
  }

  /** Creates the file `path` with this content. @throws OutputError for a failure that concerns other files, too. */
  writeWhole(path: string, bytes: Uint8Array, from: number, to: number): void {
    try {
      this.slots.withSlot(() => {
        const descriptor = this.create(path)
        try {
          this.write(descriptor, bytes, from, to, 0)
        } finally {
          fs.closeSync(descriptor)
        }
      })
    } catch (error) {
      this.giveUp(path, error)
    }
  }

  /** Creates the file `path`; the caller holds a slot. @returns Its descriptor. @throws OutputError */
  create(path: string): number {
    if (this.#folder !== null) {
      makeOutputFolder(this.#folder)
      this.#folder = null
    }
    if (this.#made !== null) this.#note(path, this.#made)
    let descriptor: number
    try {
      descriptor = this.#open(path, CREATE)
    } catch (error) {
      if (!this.#isForced || codeOf(error) !== 'EEXIST') throw outputFailure(path, error)
      descriptor = this.#replace(path)
    }
    this.#totals.files += 1
    return descriptor
  }

  /** Reopens a file that `create()` has made; the caller holds a slot. @throws OutputError */
  reopen(path: string): number {
    try {
      return this.#open(path, CONTINUE)
    } catch (error) {
      throw outputFailure(path, error)
    }
  }

  /** Writes `bytes[from, to)` at byte `fileOffset`. @throws The system's error. */
  write(descriptor: number, bytes: Uint8Array, from: number, to: number, fileOffset: number): void {
    let at = from
    while (at < to) {
      // A call may write less, on a full disk or a signal. The next call writes the rest or reports the error.
      const written = fs.writeSync(descriptor, bytes, at, to - at, fileOffset + at - from)
      if (written === 0) throw new Error('nothing more could be written')
      at += written
    }
    this.#totals.bytesWritten += to - from
  }

  /** Notes the failure of one file. @throws OutputError if other files would fail, too. */
  giveUp(path: string, error: unknown): void {
    const failure = error instanceof OutputError ? error : outputFailure(path, error)
    if (failure.kind !== 'output') throw failure // a problem of the disk or folder
    this.#totals.failures += 1
    if (this.#totals.failureTexts.length < SHOWN_FAILURES) this.#totals.failureTexts.push(failure.message)
  }

  // Does not list a file that is an input: a later run must not remove it.
  #note(path: string, made: MadeFiles): void {
    try {
      if (this.#isForced && this.#inputFiles.size > 0) this.#refuseInput(path)
      made.add(path, this.#isForced)
    } catch (error) {
      throw error instanceof OutputError ? error : outputFailure(path, error)
    }
  }

  // Always makes a new file: an existing one may be a link to a file that is not ours.
  #replace(path: string): number {
    try {
      if (this.#inputFiles.size > 0) this.#refuseInput(path)
      fs.unlinkSync(systemPath(path))
      return this.#open(path, CREATE)
    } catch (error) {
      throw outputFailure(path, error)
    }
  }

  #refuseInput(path: string): void {
    const stats = fs.statSync(systemPath(path), { bigint: true, throwIfNoEntry: false })
    if (stats !== undefined && this.#inputFiles.has(`${stats.dev}:${stats.ino}`))
      throw Object.assign(new Error('it is an input'), { code: IS_INPUT })
  }

  #open(path: string, flags: number): number {
    for (let waits = 0; ; ) {
      try {
        return fs.openSync(systemPath(path), flags, MODE)
      } catch (error) {
        const code = codeOf(error)
        if (code !== 'EMFILE' && code !== 'ENFILE') throw error
        if (this.slots.closeOne()) continue
        if (waits === FD_WAITS) throw error
      }
      waits += 1
      pause(FD_WAIT_MS)
    }
  }
}
