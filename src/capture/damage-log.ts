import type { CaptureFormatError } from '../errors.js'
import { type CaptureSource, formatError } from './capture-source.js'

/** Damage after which reading continued. */
export interface CaptureDamage {
  /** Offset in the (decompressed) file where it begins. */
  readonly offset: number
  /** Bytes skipped. */
  readonly length: number
  /** A sentence that names the file and the offset. */
  readonly message: string
}

/** Most holes listed per capture; further ones are only counted. */
export const MAX_LISTED_HOLES = 100

/** Records the damage that the reader of a capture skipped. */
export class DamageLog {
  // Invariants: #listed has the first MAX_LISTED_HOLES holes; #unlistedFrom is the offset of the first hole after them.
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

  /** Number of byte ranges in which no record was found. */
  get holes(): number {
    return this.#holes
  }

  /** Bytes skipped: holes, and packets of undeclared interfaces. */
  get lostBytes(): number {
    return this.#holeBytes + this.#strayBytes
  }

  /**
   * The first {@link MAX_LISTED_HOLES} holes in file order, then one entry for all further holes and one for all packets
   * of undeclared interfaces.
   */
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

  /** Adds a hole of `length` bytes at `offset`, after which reading continues. */
  addHole(offset: number, length: number, problem: string): void {
    this.#holes += 1
    this.#holeBytes += length
    if (this.#holes <= MAX_LISTED_HOLES) {
      this.#listed.push(this.#describe(offset, length, `${problem}: reading continued ${length} bytes later`))
      return
    }
    if (this.#holes === MAX_LISTED_HOLES + 1) this.#unlistedFrom = offset
    this.#unlistedBytes += length
  }

  /** Adds the text before the header, if there is any. */
  addLeadingText(length: number): void {
    if (length > 0) this.addHole(0, length, 'text stands before the header')
  }

  /** Adds a packet in an undamaged block whose interface was not declared. */
  addStray(offset: number, length: number, problem: string): void {
    if (this.#strayPackets === 0) {
      this.#strayFrom = offset
      this.#strayProblem = problem
    }
    this.#strayPackets += 1
    this.#strayBytes += length
  }

  /** Makes the error for damage after which reading cannot continue. */
  fatal(offset: number, problem: string): CaptureFormatError {
    return formatError(this.#source, offset, problem)
  }

  #describe(offset: number, length: number, problem: string): CaptureDamage {
    return { offset, length, message: formatError(this.#source, offset, problem).message }
  }
}

function moreHoles(count: number): string {
  return `${count} more damaged ranges from here on were skipped and are not listed`
}

function strays(problem: string, packets: number): string {
  return packets === 1
    ? `${problem}: the packet was skipped`
    : `${problem}: ${packets} such packets were skipped`
}
