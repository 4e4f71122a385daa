import type { InputSummary } from '../../summary.js'

/** The results of a run's inputs, in the order in which they were read. */
export class ReadInputs {
  // Invariant: #captures[i] is the number of the capture that #inputs[i] is part of; numbers do not fall.
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

  /** The number of inputs that were read whole. */
  get wholeCount(): number {
    return this.#inputs.filter(({ status }) => status === 'ok').length
  }

  /**
   * The results of all inputs.
   *
   * @param isWhole False: not all of that capture was converted, so that none of its inputs is `ok`.
   */
  summaries(isWhole: (capture: number) => boolean): InputSummary[] {
    return this.#inputs.map((summary, i) =>
      summary.status === 'ok' && !isWhole(this.#captures[i]!) ? { ...summary, status: 'partial' } : summary,
    )
  }
}
