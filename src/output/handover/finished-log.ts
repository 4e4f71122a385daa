import fs from 'node:fs'
import { join } from 'node:path'
import type { FileSlots } from '../files/file-slots.js'
import { outputFailure } from '../output-failure.js'

/** Lines are written once this many bytes are collected. */
const WRITE_BYTES = 16 * 1024

/** Path of a worker's log in the folder made by the reading program. */
export function finishedLogPath(folder: string, workerNumber: number): string {
  return join(folder, `finished-${workerNumber}.jsonl`)
}

/**
 * Writes the index records of a worker's connections, in the order in which they finish, to a file that is read while it
 * grows. The files of a connection are complete before its record is written.
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

  /** @param line With its end. @throws OutputError */
  add(line: string): void {
    this.#lines.push(line)
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
