import fs from 'node:fs'
import { join } from 'node:path'
import type { FileSlots } from '../files/file-slots.js'
import { outputFailure } from '../output-failure.js'

/** Gathered lines are written when they have so many bytes. */
const WRITE_BYTES = 16 * 1024

/** Path of a worker's log in the folder that the program which reads it has made. */
export function finishedLogPath(folder: string, workerNumber: number): string {
  return join(folder, `finished-${workerNumber}.jsonl`)
}

/**
 * The index records of a worker's connections in the order in which they finish, in a file that is read while it
 * grows. The files of a connection are whole before its record is there.
 */
export class FinishedLog {
  readonly #slots: FileSlots
  readonly #path: string
  #lines: string[] = []
  #bytes = 0

  constructor(slots: FileSlots, folder: string, workerNumber: number) {
    this.#slots = slots
    this.#path = finishedLogPath(folder, workerNumber)
  }

  /** @param line Without its end. @throws OutputError */
  add(line: string): void {
    this.#lines.push(`${line}\n`)
    this.#bytes += line.length
    if (this.#bytes >= WRITE_BYTES) this.flush()
  }

  /** @throws OutputError */
  flush(): void {
    if (this.#lines.length === 0) return
    const text = this.#lines.join('')
    this.#lines = []
    this.#bytes = 0
    this.#slots.withSlot(() => {
      try {
        fs.appendFileSync(this.#path, text, { mode: 0o600 })
      } catch (error) {
        throw outputFailure(this.#path, error)
      }
    })
  }
}
