import type { Failure } from '../errors.js'
import { OUTSIDE_KINDS } from '../stream/outside.js'
import type { InputSummary, PacketCounts, SkippedInputs, Summary } from '../summary.js'
import { packageVersion } from '../version.js'
import { linkTypeName } from '../wire/link/link-types.js'
import type { PacketDecoder } from '../wire/packet-decoder.js'
import { protocolName } from '../wire/protocol-names.js'
import type { WorkerResult } from './line/worker-task.js'

export interface RunFacts {
  readonly seconds: number
  readonly workers: number
  readonly inputs: readonly InputSummary[]
  readonly skipped: SkippedInputs
  readonly packets: PacketCounts
  readonly capturedBytes: number
  readonly decoder: PacketDecoder
  /** What was passed over in the inputs because it was damaged. */
  readonly damage: Summary['damage']
  /** Limits hit on the main thread. */
  readonly limits: Readonly<Record<string, number>>
  readonly results: readonly (WorkerResult | null)[]
  /** Bytes written to standard output by `-c`. */
  readonly consoleBytes: number
  readonly warnings: readonly string[]
  readonly failures: readonly Failure[]
}

/** Puts together what the main thread and the workers have counted. */
export function summarize(facts: RunFacts): Summary {
  const results = facts.results.filter((result) => result !== null)
  const sum = (of: (result: WorkerResult) => number) =>
    results.reduce((total, result) => total + of(result), 0)
  return {
    version: packageVersion(),
    seconds: facts.seconds,
    workers: facts.workers,
    inputs: facts.inputs,
    skipped: facts.skipped,
    packets: { ...facts.packets },
    connections: connectionCounts(results),
    bytes: {
      captured: facts.capturedBytes,
      payload: sum((r) => r.payload),
      missing: sum((r) => r.missing),
      retransmitted: sum((r) => r.repeated + r.conflicts),
      written: sum((r) => r.written) + facts.consoleBytes,
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
    files: sum((r) => r.files),
    damage: { ...facts.damage },
    limits: sumCounts([facts.limits, decoderLimits(facts.decoder), ...results.map((r) => r.limits)]),
    details: sumCounts([decoderDetails(facts.decoder), ...results.map((r) => r.details)]),
    unknown_link_types: unknownLinkTypes(facts.decoder),
    warnings: facts.warnings,
    errors: facts.failures.map(({ message }) => message),
    failures: facts.failures,
  }
}

function outsideBytes({ outside }: WorkerResult): number {
  return Object.values(outside).reduce((total, bytes) => total + bytes, 0)
}

function connectionCounts(results: readonly WorkerResult[]): Summary['connections'] {
  const counts: Record<string, number> & { total: number } = { total: 0 }
  for (let protocol = 0; protocol < 256; protocol++) {
    const count = results.reduce((total, { opened }) => total + opened[protocol]!, 0)
    if (count === 0) continue
    counts[protocolName(protocol)] = count
    counts.total += count
  }
  return counts
}

function decoderLimits({ fragments }: PacketDecoder): Record<string, number> {
  return { fragment_trackers: fragments.trackerLimitHits, fragment_bytes: fragments.byteLimitHits }
}

function decoderDetails({
  aggregatedPackets,
  fragments,
  malformed,
  notIp,
}: PacketDecoder): Record<string, number> {
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

// Zeros are removed last: so the order of the names does not depend on which worker counted what.
function sumCounts(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const part of parts) {
    for (const [name, count] of Object.entries(part)) counts[name] = (counts[name] ?? 0) + count
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}

function unknownLinkTypes(decoder: PacketDecoder): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [linkType, packets] of decoder.unknownLinkTypes) {
    counts[`${linkTypeName(linkType)} (${linkType})`] = packets
  }
  return counts
}
