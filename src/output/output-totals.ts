/** What one worker's output adds to the run's summary. */
export interface OutputTotals {
  /** Connection files (data and metadata) that were created. */
  files: number
  /** Bytes written to them; long runs of zeros for lost bytes are left out of the file and of this. */
  bytesWritten: number
  /** Gaps that `--gaps zeros` showed as the marker because they, or those before them, were too long. */
  gapZeros: number
  /** Connections whose list of gaps in the index was cut. */
  indexGaps: number
  /** Connections that were named by their first packet's number: the run no longer knew which names were taken. */
  forgottenNames: number
  /** Files that could not be written, and what was wrong with the first of them. */
  failures: number
  readonly failureTexts: string[]
  /** What is not as it was asked for in outputs that were written, of the first of them. */
  readonly warnings: string[]
}

export function blankOutputTotals(): OutputTotals {
  return {
    files: 0,
    bytesWritten: 0,
    gapZeros: 0,
    indexGaps: 0,
    forgottenNames: 0,
    failures: 0,
    failureTexts: [],
    warnings: [],
  }
}
