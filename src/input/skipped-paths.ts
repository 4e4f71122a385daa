import type { SkippedInput, SkippedInputs, SkipReason } from '../summary.js'
import { shownPath } from '../system-path.js'

/** Most paths listed; all are counted. */
const MOST_NAMED = 100

/** Counts the files found that are not read, and lists the first. */
export class SkippedPaths {
  readonly #counts = { hidden: 0, not_capture: 0, folder_link: 0, own_results: 0, same_file: 0 }
  readonly #first: SkippedInput[] = []

  /** @param sameAs For `same_file`, the path by which the file is read. */
  add(reason: SkipReason, path: string, sameAs?: string): void {
    this.#counts[reason] += 1
    if (this.#first.length === MOST_NAMED) return
    const other = sameAs === undefined ? {} : { same_as: shownPath(sameAs) }
    this.#first.push({ path: shownPath(path), reason, ...other })
  }

  get summary(): SkippedInputs {
    return { ...this.#counts, first: [...this.#first] }
  }
}
