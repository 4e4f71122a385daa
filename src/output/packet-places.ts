/** A packet of an input. */
export interface PacketPlace {
  /** Path of the input as it was given; `-`: standard input. */
  readonly file: string
  /** From 1. A frame with several packets counts as many. */
  readonly numberInFile: number
}

/** Which packet of which input a packet of the run is. */
export class PacketPlaces {
  // Invariant: input #inputs[i] begins behind #before[i] packets of the run; both are in the order of reading.
  readonly #paths: readonly string[]
  readonly #inputs: number[] = []
  readonly #before: number[] = []

  /** @param paths Of the inputs, by number. */
  constructor(paths: readonly string[]) {
    this.#paths = paths
  }

  /** The packets that come now are of input number `input`. @param before Packets of the run before them. */
  note(input: number, before: number): void {
    if (this.#inputs.at(-1) === input) return
    this.#inputs.push(input)
    this.#before.push(before)
  }

  /** @param number Of a packet that has come, in the run, from 1. */
  of(number: number): PacketPlace {
    let low = 0
    let high = this.#before.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#before[middle]! < number) low = middle
      else high = middle
    }
    return {
      file: this.#paths[this.#inputs[low] ?? 0] ?? '',
      numberInFile: number - (this.#before[low] ?? 0),
    }
  }
}
