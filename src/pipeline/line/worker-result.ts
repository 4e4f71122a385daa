import { failureOf, type OutputError } from '../../errors.js'
import type { ConnectionTracker } from '../../flow/connection-tracker.js'
import type { OutputTotals } from '../../output/output-totals.js'
import type { OutputResult } from '../../output/worker-outputs.js'
import { outsideByKind } from '../../stream/outside.js'
import type { WorkerResult } from './worker-task.js'

/**
 * What a worker has done so far.
 *
 * @param error What ended it early; null: nothing did.
 */
export function workerResult(
  tracker: ConnectionTracker,
  output: OutputResult,
  error: OutputError | null,
): WorkerResult {
  const { reassembler, held } = tracker
  const failure = error ?? output.error
  const { totals } = tracker.rows
  const outside = outsideByKind(reassembler.delivery.outsideBytes)
  const accounted =
    totals.payload + totals.repeated + totals.conflicts + Object.values(outside).reduce((a, b) => a + b, 0)
  return {
    opened: tracker.rows.opened,
    copies: tracker.copies?.count ?? 0,
    captured: error === null ? totals.captured : accounted, // what the failure left unfinished is not counted
    payload: totals.payload,
    missing: totals.missing,
    repeated: totals.repeated,
    conflicts: totals.conflicts,
    outside,
    gaps: totals.gaps,
    files: output.totals.files,
    written: output.totals.bytesWritten,
    limits: {
      held_segments: reassembler.held.heldSegmentsHits + tracker.sctp.heldSegmentsHits,
      held_bytes: reassembler.held.heldBytesHits + tracker.sctp.heldBytesHits,
      conflict_window: reassembler.conflictWindowHits + tracker.sctp.repeated.conflictWindowHits,
      held_memory: tracker.heldMemoryHits,
      open_connections: tracker.rows.openConnectionsHits,
      recent_packets: tracker.copies?.recent?.limitHits ?? 0,
      networks: tracker.datagrams.limitHits,
      time_back: tracker.timeBackHits,
      ...output.totals.limits,
    },
    details: {
      cut_bytes: reassembler.delivery.cutBytes,
      spilled_bytes: held.spilledBytes,
      unbalanced_streams: error === null ? tracker.rows.unbalanced : 0,
      icmp_errors: totals.icmpErrors,
    },
    failures: output.totals.failures,
    failureTexts: output.totals.failureTexts,
    warnings: output.totals.warnings,
    outputs: output.parts,
    error: failure === null ? null : failureOf(failure),
  }
}

/** How often something was given up, because there was no memory for it. */
export function memoryHits({ heldMemoryHits }: ConnectionTracker, { limits }: OutputTotals): number {
  return heldMemoryHits + limits.held_content + limits.hashed_streams
}
