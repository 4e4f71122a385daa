import type { Gap, KnownGaps } from './piece-reader.js'

const MAX_GAPS = 10_000

/** The gaps of an index record. The record is untrusted, so invalid gaps are dropped. */
export function recordGaps(record: Readonly<Record<string, unknown>>): KnownGaps {
  return {
    sides: [gapsOf(record.orig_gaps), gapsOf(record.resp_gaps)],
    isTruncated: record.gaps_truncated === true,
  }
}

function gapsOf(value: unknown): Gap[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, MAX_GAPS).filter(isGap)
}

function isGap(value: unknown): value is Gap {
  if (typeof value !== 'object' || value === null) return false
  const { offset, length } = value as { offset?: unknown; length?: unknown }
  return isCount(offset) && isCount(length) && length > 0
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
