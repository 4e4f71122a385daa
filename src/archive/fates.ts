import { OUTSIDE_KINDS, Outside } from '../stream/outside.js'

/** What became of bytes. `duplicate`: of a copy that the way of capturing made. */
export type Fate = 'delivered' | 'gap' | 'repeated' | 'conflicting' | 'outside' | 'held' | 'duplicate'

/** Bytes of one direction. */
export interface FateRange {
  readonly fate: Fate
  readonly side: 0 | 1
  /** Where they stand in their stream, negative before its start; null: they have no place there. */
  readonly offset: number | null
  readonly bytes: number
  /** Of `outside`: why. */
  readonly reason?: (typeof OUTSIDE_KINDS)[number]
}

/** Some bytes of a stream. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** The name of a kind of `Outside`. */
export function reasonOf(kind: number): (typeof OUTSIDE_KINDS)[number] {
  return OUTSIDE_KINDS[kind] ?? OUTSIDE_KINDS[Outside.UNCONFIRMED]
}

/** What of a range is in none of the others. */
export function without(range: Range, others: readonly Range[]): Range[] {
  const left: Range[] = []
  let at = range.from
  for (const { from, to } of [...others].sort((a, b) => a.from - b.from)) {
    if (from > at) left.push({ from: at, to: Math.min(from, range.to) })
    at = Math.max(at, to)
    if (at >= range.to) break
  }
  if (at < range.to) left.push({ from: at, to: range.to })
  return left.filter(({ from, to }) => to > from)
}
