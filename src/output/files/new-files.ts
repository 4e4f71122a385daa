import fs from 'node:fs'
import { OutputError } from '../../errors.js'
import { pause } from '../../pause.js'
import { systemPath } from '../../system-path.js'
import { outputFailure } from '../output-failure.js'
import { makeOutputFolder } from '../output-folder.js'
import type { OutputTotals } from '../output-totals.js'
import type { FileSlots } from './file-slots.js'
import type { MadeFiles } from './made-files.js'

const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants
// Not on Windows.
const O_NOFOLLOW = fs.constants.O_NOFOLLOW ?? 0
const O_NONBLOCK = fs.constants.O_NONBLOCK ?? 0
const CREATE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
// If a pipe has taken the file's place, opening it must not wait for a reader.
const CONTINUE = O_WRONLY | O_NOFOLLOW | O_NONBLOCK
const MODE = 0o640

const IS_INPUT = 'EINPUT'
const NO_FILES: ReadonlySet<string> = new Set()
/** Failures that are kept as text; further ones are counted. */
const SHOWN_FAILURES = 20

// The process has no descriptor left, and none of ours can be closed. Others may be closed in a moment.
const FD_WAIT_MS = 20
const FD_WAITS = 100

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

/** Makes the files of one worker's outputs. What exists is never touched, unless `isForced`: then it is replaced. */
export class NewFiles {
  readonly slots: FileSlots
  readonly #isForced: boolean
  readonly #totals: OutputTotals
  readonly #inputFiles: ReadonlySet<string>
  readonly #made: MadeFiles | null
  /** Made when its first file is; null: it is there. */
  #folder: string | null = null

  /**
   * @param totals     Its `files`, `bytesWritten` and failures are counted up.
   * @param inputFiles `device:inode` of files that are never replaced.
   * @param made       Told of each file before it is made; null: nobody is.
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

  /** The files that follow are in this folder or below it. It is made with the first of them. */
  startCapture(folder: string): void {
    this.#folder = folder
  }

  /** Creates the file `path` with this content. @throws OutputError that is not a matter of this file alone. */
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

  /** Opens a file that `create()` has made again; the caller holds a slot. @throws OutputError */
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
      // A call may end short: a full disk, a signal. The rest follows, or the error that stopped it.
      const written = fs.writeSync(descriptor, bytes, at, to - at, fileOffset + at - from)
      if (written === 0) throw new Error('nothing more could be written')
      at += written
    }
    this.#totals.bytesWritten += to - from
  }

  /** Notes the failure of one file. @throws OutputError where others would share it. */
  giveUp(path: string, error: unknown): void {
    const failure = error instanceof OutputError ? error : outputFailure(path, error)
    if (failure.kind !== 'output') throw failure // a problem of the disk or folder
    this.#totals.failures += 1
    if (this.#totals.failureTexts.length < SHOWN_FAILURES) this.#totals.failureTexts.push(failure.message)
  }

  // If an input has this name, it is not noted: a later run must not remove it.
  #note(path: string, made: MadeFiles): void {
    try {
      if (this.#isForced && this.#inputFiles.size > 0) this.#refuseInput(path)
      made.add(path, this.#isForced)
    } catch (error) {
      throw error instanceof OutputError ? error : outputFailure(path, error)
    }
  }

  // A new file in any case: what exists may be a link to a file that is not ours.
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
