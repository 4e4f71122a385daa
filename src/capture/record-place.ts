/** Where a record stands, which holds a frame. */
export interface RecordPlace {
  /** Number of its input, in the order in which a run reads them, from 0. */
  readonly input: number
  /** Offset in its (decompressed) content. */
  readonly position: number
  /** Its number among all records, from 1, where inputs are merged; otherwise 0: inputs and positions are in order. */
  readonly rank: number
  /** How much later its place among merged inputs is than its time: a record before it in its input is so much later. */
  readonly lateSec: number
  readonly lateNsec: number
}

/** A place that is filled in. */
export type OpenRecordPlace = { -readonly [Name in keyof RecordPlace]: RecordPlace[Name] }

export function blankRecordPlace(): OpenRecordPlace {
  return { input: 0, position: 0, rank: 0, lateSec: 0, lateNsec: 0 }
}

export function copyPlace(to: OpenRecordPlace, from: RecordPlace): void {
  to.input = from.input
  to.position = from.position
  to.rank = from.rank
  to.lateSec = from.lateSec
  to.lateNsec = from.lateNsec
}
