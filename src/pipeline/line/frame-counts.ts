/** Bytes of an input between two checkpoints. */
const STEP_BYTES = 1024 * 1024

/** Counts the records of inputs, and notes how many there were at every MiB of an input, so that others can count on from there. */
export class FrameCounts {
  // Invariant: of input i #counts[i] records were counted; the first one at or behind #due[i] is noted.
  readonly #counts: number[] = []
  readonly #due: number[] = []
  readonly #checkpoints = new Map<number, number[]>()

  /** The next record of an input stands at `position`. */
  add(input: number, position: number): void {
    const number = (this.#counts[input] ?? 0) + 1
    this.#counts[input] = number
    const due = this.#due[input] ?? STEP_BYTES
    if (position < due) return
    const checkpoints = this.#checkpoints.get(input) ?? []
    checkpoints.push(position, number)
    this.#checkpoints.set(input, checkpoints)
    this.#due[input] = position - (position % STEP_BYTES) + STEP_BYTES
  }

  /** See `InputFacts.checkpoints`. */
  checkpointsOf(input: number): readonly number[] {
    return this.#checkpoints.get(input) ?? []
  }
}
