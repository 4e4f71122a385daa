/** What one worker's output adds to the run's summary. */
export interface OutputTotals {
  /** Connection files (data and metadata) that were created. */
  files: number
  /** Bytes written to them; long runs of zeros for lost bytes are left out of the file and of this. */
  bytesWritten: number
  /** How often limits were hit, by their names in the summary. */
  readonly limits: {
    /** Gaps that `--gaps zeros` showed as the marker because they, or those before them, were too long. */
    gap_zeros: number
    /** Connections whose list of gaps in the index was cut. */
    index_gaps: number
    /** Connections that were named by their first packet's number: the run no longer knew which names were taken. */
    remembered_packets: number
  }
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
    limits: { gap_zeros: 0, index_gaps: 0, remembered_packets: 0 },
    failures: 0,
    failureTexts: [],
    warnings: [],
  }
}
