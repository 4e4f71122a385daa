import { Again, type TakeFate } from './sink.js'

/** Bytes of a half-stream that came twice, with other content. Valid during the call. */
export interface Conflict {
  /** Stream offset of the first byte that differs (NaN: of SCTP, while chunks before it are missing), and how many bytes there are up to the last one. */
  offset: number
  length: number
  /** How many of these differ. */
  bytes: number
  /** The copies: `first[firstFrom, firstFrom + length)` came first. */
  first: Uint8Array
  firstFrom: number
  second: Uint8Array
  secondFrom: number
  /** The packets that carried them: number in the run, time. */
  firstNumber: number
  firstSec: number
  firstNsec: number
  secondNumber: number
  secondSec: number
  secondNsec: number
}

/** Takes the conflicts of half-streams. */
export type TakeConflict = (half: number, conflict: Conflict) => void

const NO_BYTES = new Uint8Array(0)

/** Compares the copies of what came twice. */
export class Comparison {
  readonly #take: TakeConflict | null
  readonly #takeFate: TakeFate | null
  /** Of the latest conflict; the second packet is the one that comes now. */
  readonly #conflict: Conflict = {
    offset: 0,
    length: 0,
    bytes: 0,
    first: NO_BYTES,
    firstFrom: 0,
    second: NO_BYTES,
    secondFrom: 0,
    firstNumber: 0,
    firstSec: 0,
    firstNsec: 0,
    secondNumber: 0,
    secondSec: 0,
    secondNsec: 0,
  }
  /**
   * @param take     Null: nobody asks for conflicts; they are only counted.
   * @param takeFate Null: nobody asks which bytes differ.
   */
  constructor(take: TakeConflict | null = null, takeFate: TakeFate | null = null) {
    this.#take = take
    this.#takeFate = takeFate
  }

  /** Tells of `length` bytes that were seen before. */
  seen(half: number, offset: number, length: number): void {
    this.#takeFate?.(half, Again.SEEN, offset, length)
  }

  /** The packet that comes now. */
  setSecond(number: number, tsSec: number, tsNsec: number): void {
    this.#conflict.secondNumber = number
    this.#conflict.secondSec = tsSec
    this.#conflict.secondNsec = tsNsec
  }

  /** The packet that carried the copy which is compared next. */
  setFirst(number: number, tsSec: number, tsNsec: number): void {
    this.#conflict.firstNumber = number
    this.#conflict.firstSec = tsSec
    this.#conflict.firstNsec = tsNsec
  }

  /**
   * Compares `length` bytes at stream offset `offset`: those that came first, from `first[firstFrom]` on, with those of the
   * packet that comes now. Returns how many differ.
   */
  compare(
    half: number,
    offset: number,
    first: Uint8Array,
    firstFrom: number,
    second: Uint8Array,
    secondFrom: number,
    length: number,
  ): number {
    let count = 0
    let from = 0
    let to = 0
    for (let i = 0; i < length; i++) {
      if (first[firstFrom + i] === second[secondFrom + i]) continue
      if (count === 0) from = i
      to = i + 1
      count += 1
    }
    if (count > 0 && this.#takeFate !== null)
      this.#tellRuns(half, offset, (i) => first[firstFrom + i] !== second[secondFrom + i], from, to)
    if (count === 0 || this.#take === null) return count
    const conflict = this.#conflict
    conflict.offset = offset + from
    conflict.length = to - from
    conflict.bytes = count
    conflict.first = first
    conflict.firstFrom = firstFrom + from
    conflict.second = second
    conflict.secondFrom = secondFrom + from
    this.#take(half, conflict)
    return count
  }

  #tellRuns(half: number, offset: number, differs: (i: number) => boolean, from: number, to: number): void {
    for (let i = from; i < to; ) {
      const begin = i
      while (i < to && differs(i)) i += 1
      if (i > begin) this.#takeFate?.(half, Again.DIFFERENT, offset + begin, i - begin)
      while (i < to && !differs(i)) i += 1
    }
  }
}
