import type { CaptureReader } from '../capture/capture-reader.js'
import type { CaptureFormatError } from '../errors.js'
import type { InputProblem, InputSummary } from '../summary.js'

/** What was wrong with a capture, in the order of the file. */
export function problemsOf({ damage, problem }: CaptureReader): InputProblem[] {
  return [...damage.problems, ...(problem === null ? [] : [problemOf(problem)])]
}

/** Damage behind which nothing was read. */
export function problemOf(error: CaptureFormatError): InputProblem {
  return { offset: error.location.offset, length: 0, message: error.message }
}

/** @param isWhole All of the input was read. */
export function statusOf(
  isWhole: boolean,
  packets: number,
  problems: readonly InputProblem[],
): InputSummary['status'] {
  if (problems.length > 0) return packets > 0 ? 'partial' : 'failed'
  return isWhole ? 'ok' : 'partial'
}

/** What readers have found, all inputs together. */
export class ReaderTotals {
  readonly damage = { holes: 0, lost_bytes: 0 }
  interfaceLimitHits = 0

  add(readers: readonly Pick<CaptureReader, 'damage' | 'isInterfaceLimitHit'>[]): void {
    for (const { damage, isInterfaceLimitHit } of readers) {
      this.damage.holes += damage.holes
      this.damage.lost_bytes += damage.lostBytes
      if (isInterfaceLimitHit) this.interfaceLimitHits += 1
    }
  }
}
