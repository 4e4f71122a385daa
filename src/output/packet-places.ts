/** The place of a packet: its input, and its number there. */
export interface PacketPlace {
  /** Path of the input as it was given; `-`: standard input. */
  readonly file: string
  /** From 1. Each packet of a frame with several packets counts. */
  readonly numberInFile: number
}

/** Finds the place of a packet by its number in the run. */
export class PacketPlaces {
  // Invariant: input #inputs[i] begins behind #before[i] packets of the run; both are in the order of reading.
  readonly #paths: readonly string[]
  readonly #inputs: number[] = []
  readonly #before: number[] = []

  /** @param paths Paths of the inputs, by number. */
  constructor(paths: readonly string[]) {
    this.#paths = paths
  }

  /** Says that the packets that follow are of input number `input`. @param before Packets of the run before them. */
  note(input: number, before: number): void {
    if (this.#inputs.at(-1) === input) return
    this.#inputs.push(input)
    this.#before.push(before)
  }

  /** @param number Number of a packet in the run, from 1. It must have come already. */
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
