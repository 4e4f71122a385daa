import { addedUp, countsOf } from '../pipeline/counts.js'
import type { Summary } from '../summary.js'

/** Counts of the thread that reads: the same in each part of a capture. The others add up. */
const COMMON_LIMITS = new Set(['fragment_trackers', 'fragment_bytes', 'interfaces', 'encaps'])
const SUMMED_DETAILS = new Set(['cut_bytes', 'spilled_bytes', 'unbalanced_streams', 'icmp_errors'])

/** The summary of one run over a capture, from those of its parts. */
export function summaryOfParts(parts: readonly Summary[]): Summary {
  const [first] = parts
  const sum = added(parts)
  const { read, filtered, not_ip, malformed, fragments } = first!.packets
  const { delivered } = sum.packets
  // Copies of fragments, of which no part is known, are in each part.
  const duplicates = read - filtered - not_ip - malformed - fragments - delivered
  return {
    ...sum,
    inputs: first!.inputs,
    skipped: first!.skipped,
    packets: { read, filtered, not_ip, malformed, fragments, duplicates, other_shard: 0, delivered },
    bytes: { ...sum.bytes, captured: first!.bytes.captured },
    damage: first!.damage,
    limits: chosen(first!.limits, sum.limits, (name) => !COMMON_LIMITS.has(name)),
    details: chosen(first!.details, sum.details, (name) => SUMMED_DETAILS.has(name)),
    unknown_link_types: first!.unknown_link_types,
  }
}

/** The summary of one run over several captures. */
export function summaryOfCaptures(captures: readonly Summary[]): Summary {
  return { ...added(captures), inputs: captures.flatMap(({ inputs }) => inputs) }
}

function added(summaries: readonly Summary[]): Summary {
  const [first] = summaries
  const counts = summaries.map(countsOf).reduce(addedUp)
  const messages = new Set<string>()
  const failures = summaries
    .flatMap((summary) => summary.failures)
    .filter(({ message }) => messages.size < messages.add(message).size)
  return {
    ...first!,
    ...counts,
    seconds: summaries.reduce((total, { seconds }) => total + seconds, 0),
    workers: Math.max(...summaries.map(({ workers }) => workers)),
    warnings: [...new Set(summaries.flatMap(({ warnings }) => warnings))].sort(),
    failures,
    errors: failures.map(({ message }) => message),
  }
}

function chosen(
  common: Readonly<Record<string, number>>,
  summed: Readonly<Record<string, number>>,
  isSummed: (name: string) => boolean,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(summed).flatMap(([name, count]) => {
      const value = isSummed(name) ? count : (common[name] ?? 0)
      return value === 0 ? [] : [[name, value]]
    }),
  )
}
