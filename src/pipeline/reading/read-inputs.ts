import type { CountedInput, InputFacts } from '../../output/output.js'
import type { InputSummary } from '../../summary.js'
import type { FrameCounts } from '../line/frame-counts.js'
import { inputFacts } from './input-facts.js'
import type { InputReport } from './reading.js'

/** The results of a run's inputs, in the order in which they were read. */
export class ReadInputs {
  // Invariant: #inputs[i] is part of capture number #captures[i]; numbers do not decrease.
  readonly #inputs: InputSummary[] = []
  readonly #captures: number[] = []
  readonly #facts: InputFacts[] = []

  add(capture: number, summaries: readonly InputSummary[]): void {
    for (const summary of summaries) {
      this.#inputs.push(summary)
      this.#captures.push(capture)
    }
  }

  /** What is needed to read the packets of the next inputs again. @param linkType Of all their frames; null: as they say. */
  note(parts: InputReport['parts'], linkType: number | null): void {
    for (const { input, source, reader } of parts)
      this.#facts.push(inputFacts(input, source, reader, linkType))
  }

  /** What was noted of each input, and counted. */
  factsWith(counts: FrameCounts | undefined): CountedInput[] {
    return this.#facts.map((facts, i) => ({ ...facts, checkpoints: counts?.checkpointsOf(i) ?? [] }))
  }

  /** The results of one capture's inputs. */
  of(capture: number): InputSummary[] {
    const from = this.#captures.indexOf(capture)
    return from < 0 ? [] : this.#inputs.slice(from, this.#captures.lastIndexOf(capture) + 1)
  }

  /** What is said of the inputs that were not read whole, where there are so many. */
  unread(inputCount: number): string {
    const left = inputCount - this.#inputs.filter(({ status }) => status === 'ok').length
    return left === 0 ? '' : ` (the run stopped there: ${left} of ${inputCount} inputs were not read whole)`
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
