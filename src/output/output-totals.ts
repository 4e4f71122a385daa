/** What one worker's output adds to the run's summary. */
export interface OutputTotals {
  /** Connection files (data and metadata) that were created. */
  files: number
  /** Bytes written to them. Long runs of zeros become holes in the file and do not count. */
  bytesWritten: number
  /** How often limits were hit, by their names in the summary. */
  readonly limits: {
    /** Gaps that `--gaps zeros` showed as the marker: they, or those before them, were too long. */
    gap_zeros: number
    /** Connections whose list of gaps in the index was cut. */
    index_gaps: number
    /** How often first bytes could not be held to tell what is spoken. */
    held_content: number
    /** Half-streams that could not be hashed. */
    hashed_streams: number
    /** Objects, of a side beyond the limit, that were not written. */
    side_objects: number
    /** Objects that are written as they were captured: packed, or unpacked, they are too large. */
    packed_objects: number
    unpacked_objects: number
    /** Heads of HTTP that were too long. */
    object_heads: number
    /** Requests of HTTP that waited for responses when one more came. */
    pending_requests: number
    /** Connections named by the number of their first packet: the run had forgotten which names were taken. */
    remembered_packets: number
  }
  /** Number of files that could not be written; `failureTexts` has the reasons of the first ones. */
  failures: number
  readonly failureTexts: string[]
  /** How files that were written differ from what was asked for; only the first ones. */
  readonly warnings: string[]
}

export function blankOutputTotals(): OutputTotals {
  return {
    files: 0,
    bytesWritten: 0,
    limits: {
      gap_zeros: 0,
      index_gaps: 0,
      held_content: 0,
      hashed_streams: 0,
      side_objects: 0,
      packed_objects: 0,
      unpacked_objects: 0,
      object_heads: 0,
      pending_requests: 0,
      remembered_packets: 0,
    },
    failures: 0,
    failureTexts: [],
    warnings: [],
  }
}
