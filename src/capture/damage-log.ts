import type { CaptureFormatError } from '../errors.js'
import { type CaptureSource, formatError } from './capture-source.js'

/** Damage that reading went on behind. */
export interface CaptureDamage {
  /** Byte of the (decompressed) file where it begins. */
  readonly offset: number
  /** Bytes that were passed over. */
  readonly length: number
  /** One sentence that names file and offset. */
  readonly message: string
}

/** Holes of one capture that are described one by one; further ones are only counted. */
export const MAX_LISTED_HOLES = 100

/** What a capture's reader passed over because it was damaged. */
export class DamageLog {
  // Invariants: #listed has the first MAX_LISTED_HOLES holes; #unlistedFrom is the offset of the first one after them.
  readonly #source: CaptureSource
  readonly #listed: CaptureDamage[] = []
  #unlistedFrom = 0
  #unlistedBytes = 0
  #holes = 0
  #holeBytes = 0
  #strayPackets = 0
  #strayFrom = 0
  #strayBytes = 0
  #strayProblem = ''

  constructor(source: CaptureSource) {
    this.#source = source
  }

  /** Ranges of bytes in which no record could be found. */
  get holes(): number {
    return this.#holes
  }

  /** Bytes that were passed over: holes, and packets of no known interface. */
  get lostBytes(): number {
    return this.#holeBytes + this.#strayBytes
  }

  /** Each hole, up to {@link MAX_LISTED_HOLES}, in the order of the file; then what is told in one sentence for many. */
  get problems(): readonly CaptureDamage[] {
    const unlisted = this.#holes - this.#listed.length
    return [
      ...this.#listed,
      ...(unlisted > 0 ? [this.#describe(this.#unlistedFrom, this.#unlistedBytes, moreHoles(unlisted))] : []),
      ...(this.#strayPackets > 0
        ? [this.#describe(this.#strayFrom, this.#strayBytes, strays(this.#strayProblem, this.#strayPackets))]
        : []),
    ]
  }

  /** A hole from `offset` on, behind which reading goes on. */
  addHole(offset: number, length: number, problem: string): void {
    this.#holes += 1
    this.#holeBytes += length
    if (this.#holes <= MAX_LISTED_HOLES) {
      this.#listed.push(this.#describe(offset, length, `${problem}: reading went on ${length} bytes later`))
      return
    }
    if (this.#holes === MAX_LISTED_HOLES + 1) this.#unlistedFrom = offset
    this.#unlistedBytes += length
  }

  /** A packet that stands in a sound block but belongs to no interface. */
  addStray(offset: number, length: number, problem: string): void {
    if (this.#strayPackets === 0) {
      this.#strayFrom = offset
      this.#strayProblem = problem
    }
    this.#strayPackets += 1
    this.#strayBytes += length
  }

  /** The error of damage behind which reading does not go on. */
  fatal(offset: number, problem: string): CaptureFormatError {
    return formatError(this.#source, offset, problem)
  }

  #describe(offset: number, length: number, problem: string): CaptureDamage {
    return { offset, length, message: formatError(this.#source, offset, problem).message }
  }
}

function moreHoles(count: number): string {
  return `from here on ${count} more damaged ranges were passed over that are not listed`
}

function strays(problem: string, packets: number): string {
  return packets === 1 ? `${problem}: it was left out` : `${problem}: ${packets} such packets were left out`
}
