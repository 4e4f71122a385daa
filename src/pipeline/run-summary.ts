import type { Failure } from '../errors.js'
import type { CountedInput } from '../output/output.js'
import type { OutputTotals } from '../output/output-totals.js'
import { OUTSIDE_KINDS } from '../stream/outside.js'
import {
  type InputSummary,
  noPackets,
  type PacketCounts,
  type SkippedInputs,
  type Summary,
} from '../summary.js'
import { packageVersion } from '../version.js'
import type { FragmentTable } from '../wire/fragments.js'
import { linkTypeName } from '../wire/link/link-types.js'
import type { PacketDecoder } from '../wire/packet-decoder.js'
import { protocolName } from '../wire/protocol-names.js'
import { addedUp, type Counts } from './counts.js'
import type { WorkerResult } from './line/worker-task.js'

/** The counters of a `PacketDecoder`. */
interface DecoderCounts {
  readonly aggregatedPackets: number
  readonly fragments: Pick<
    FragmentTable,
    'incompleteDatagrams' | 'conflictBytes' | 'trackerLimitHits' | 'byteLimitHits'
  >
  readonly malformed: Readonly<Record<string, number>> | PacketDecoder['malformed']
  readonly notIp: Readonly<Record<string, number>> | PacketDecoder['notIp']
  readonly unknownLinkTypes: ReadonlyMap<number, number>
}

/** What the threads have counted. */
export interface CountedFacts {
  readonly packets: PacketCounts
  readonly capturedBytes: number
  readonly decoder: DecoderCounts
  /** What was passed over in the inputs because it was damaged. */
  readonly damage: Summary['damage']
  /** Limits hit on the main thread. */
  readonly limits: Readonly<Record<string, number>>
  readonly results: readonly (WorkerResult | null)[]
  /** Bytes written to standard output by `-c`. */
  readonly consoleBytes: number
  /** Files that were written after the workers had ended; absent: none. */
  readonly later?: Pick<OutputTotals, 'files' | 'bytesWritten'>
}

/** What the reading and the workers of a run have left. */
export type ConversionOutcome = CountedFacts & {
  readonly inputs: readonly InputSummary[]
  /** See `RunParts.inputs`. */
  readonly inputFacts: readonly CountedInput[]
  readonly failures: readonly Failure[]
  readonly warnings: readonly string[]
  /** Nothing ended the reading early but an interruption, and no worker failed. */
  readonly isComplete: boolean
}

export interface RunFacts extends CountedFacts {
  readonly seconds: number
  readonly workers: number
  readonly inputs: readonly InputSummary[]
  readonly skipped: SkippedInputs
  /** What earlier runs have counted of captures that are left alone. */
  readonly earlier: Counts
  readonly warnings: readonly string[]
  readonly failures: readonly Failure[]
}

/** What the main thread has counted while nothing was decoded. */
const NO_MAIN: Omit<CountedFacts, 'results'> = {
  packets: noPackets(),
  capturedBytes: 0,
  decoder: {
    aggregatedPackets: 0,
    fragments: { incompleteDatagrams: 0, conflictBytes: 0, trackerLimitHits: 0, byteLimitHits: 0 },
    malformed: {},
    notIp: {},
    unknownLinkTypes: new Map(),
  },
  damage: { holes: 0, lost_bytes: 0 },
  limits: {},
  consoleBytes: 0,
}

/** Nothing was counted. */
export const NO_COUNTS: Counts = withoutZeros(countsOf({ ...NO_MAIN, results: [] }))

/** What the workers alone have counted. */
export function workerCounts(results: readonly WorkerResult[]): Counts {
  return countsOf({ ...NO_MAIN, results })
}

/** Puts together what the main thread and the workers have counted, in this run and in earlier ones. */
export function summarize(facts: RunFacts): Summary {
  const counts = withoutZeros(addedUp(countsOf(facts), facts.earlier))
  return {
    version: packageVersion(),
    seconds: facts.seconds,
    workers: facts.workers,
    inputs: facts.inputs,
    skipped: facts.skipped,
    ...counts,
    warnings: [...forcedGaps(counts), ...[...facts.warnings].sort()],
    errors: facts.failures.map(({ message }) => message),
    failures: facts.failures,
  }
}

// Warnings of limits that do not depend on the machine: the same capture always loses the same bytes.
function forcedGaps({ limits }: Counts): string[] {
  return ['held_bytes', 'held_segments'].flatMap((name) => {
    const count = limits[name] ?? 0
    const what = name === 'held_bytes' ? 'bytes' : 'segments'
    return count === 0
      ? []
      : [`Gaps given up early: ${count}, since more ${what} came after them than can be held (limit ${name})`]
  })
}

/** Puts together what the main thread and the workers have counted. Of what was never met there are zeros. */
export function countsOf(facts: CountedFacts): Counts {
  const results = facts.results.filter((result) => result !== null)
  const sum = (of: (result: WorkerResult) => number) =>
    results.reduce((total, result) => total + of(result), 0)
  const copies = sum((r) => r.copies)
  return {
    packets: {
      ...facts.packets,
      duplicates: facts.packets.duplicates + copies,
      delivered: facts.packets.delivered - copies,
    },
    connections: connectionCounts(results),
    bytes: {
      captured: facts.capturedBytes,
      payload: sum((r) => r.payload),
      missing: sum((r) => r.missing),
      retransmitted: sum((r) => r.repeated + r.conflicts),
      written: sum((r) => r.written) + facts.consoleBytes + (facts.later?.bytesWritten ?? 0),
      payload_captured: sum((r) => r.captured),
      delivered: sum((r) => r.payload),
      repeated: sum((r) => r.repeated),
      conflicting: sum((r) => r.conflicts),
      outside: sum((r) => outsideBytes(r)),
      outside_by_kind: Object.fromEntries(
        OUTSIDE_KINDS.map((kind) => [kind, sum((r) => r.outside[kind])]),
      ) as Summary['bytes']['outside_by_kind'],
    },
    overlap_conflicts: sum((r) => r.conflicts),
    gaps: sum((r) => r.gaps),
    files: sum((r) => r.files) + (facts.later?.files ?? 0),
    damage: { ...facts.damage },
    limits: sumCounts([facts.limits, decoderLimits(facts.decoder), ...results.map((r) => r.limits)]),
    details: sumCounts([decoderDetails(facts.decoder), ...results.map((r) => r.details)]),
    unknown_link_types: unknownLinkTypes(facts.decoder),
  }
}

/** Zeros go last: so the order of names depends on nobody. */
export function withoutZeros(counts: Counts): Counts {
  const { connections, limits, details, unknown_link_types } = counts
  const { total, ...byProtocol } = connections
  const linkTypes = Object.entries(unknown_link_types).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...counts,
    connections: { total, ...nonZero(byProtocol) },
    limits: nonZero(limits),
    details: nonZero(details),
    unknown_link_types: nonZero(Object.fromEntries(linkTypes)),
  }
}

function nonZero(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))
}

function outsideBytes({ outside }: WorkerResult): number {
  return Object.values(outside).reduce((total, bytes) => total + bytes, 0)
}

function connectionCounts(results: readonly WorkerResult[]): Summary['connections'] {
  const counts: Record<string, number> & { total: number } = { total: 0 }
  for (let protocol = 0; protocol < 256; protocol++) {
    const count = results.reduce((total, { opened }) => total + opened[protocol]!, 0)
    counts[protocolName(protocol)] = count
    counts.total += count
  }
  return counts
}

function decoderLimits({ fragments }: DecoderCounts): Record<string, number> {
  return { fragment_trackers: fragments.trackerLimitHits, fragment_bytes: fragments.byteLimitHits }
}

function decoderDetails({
  aggregatedPackets,
  fragments,
  malformed,
  notIp,
}: DecoderCounts): Record<string, number> {
  const reasons = [
    ...Object.entries(malformed).map(([reason, count]) => [`malformed_${snakeCase(reason)}`, count] as const),
    ...Object.entries(notIp).map(([reason, count]) => [snakeCase(reason), count] as const),
  ]
  return {
    incomplete_datagrams: fragments.incompleteDatagrams,
    fragment_conflict_bytes: fragments.conflictBytes,
    aggregated_packets: aggregatedPackets,
    ...Object.fromEntries(reasons),
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function sumCounts(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const part of parts) {
    for (const [name, count] of Object.entries(part)) counts[name] = (counts[name] ?? 0) + count
  }
  return counts
}

function unknownLinkTypes(decoder: DecoderCounts): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [linkType, packets] of decoder.unknownLinkTypes) {
    counts[`${linkTypeName(linkType)} (${linkType})`] = packets
  }
  return counts
}
