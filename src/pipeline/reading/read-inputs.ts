import type { InputSummary } from '../../summary.js'

/** The results of a run's inputs, in the order in which they were read. */
export class ReadInputs {
  // Invariant: #inputs[i] is part of capture number #captures[i]; numbers do not decrease.
  readonly #inputs: InputSummary[] = []
  readonly #captures: number[] = []

  add(capture: number, summaries: readonly InputSummary[]): void {
    for (const summary of summaries) {
      this.#inputs.push(summary)
      this.#captures.push(capture)
    }
  }

  /** The results of one capture's inputs. */
  of(capture: number): InputSummary[] {
    const from = this.#captures.indexOf(capture)
    return from < 0 ? [] : this.#inputs.slice(from, this.#captures.lastIndexOf(capture) + 1)
  }

  /** Number of inputs that were read whole. */
  get wholeCount(): number {
    return this.#inputs.filter(({ status }) => status === 'ok').length
  }

  /**
   * The results of all inputs.
   *
   * @param isWhole False when not all of the capture was converted: none of its inputs is `ok` then.
   */
  summaries(isWhole: (capture: number) => boolean): InputSummary[] {
    return this.#inputs.map((summary, i) =>
      summary.status === 'ok' && !isWhole(this.#captures[i]!) ? { ...summary, status: 'partial' } : summary,
    )
  }
}
