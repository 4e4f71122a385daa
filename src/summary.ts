import type { ErrorKind, Failure } from './errors.js'
import { safeJson } from './safe-json.js'

/** A problem of an input. A `length` of 0 means up to the end, or unknown. */
export interface InputProblem {
  readonly offset: number
  readonly length: number
  readonly message: string
  /** Default `input`. */
  readonly kind?: ErrorKind
}

export interface InputSummary {
  readonly path: string
  /** Bytes of the file on disk that were read. */
  readonly bytes: number
  readonly packets: number
  /**
   * `skipped`: `--resume` skipped it; its problems are those of the run that converted it. `no_capture`: it was found
   * below a folder or by a pattern, and neither its content nor its name is that of a capture.
   */
  readonly status: 'ok' | 'partial' | 'failed' | 'skipped' | 'no_capture'
  readonly problems: readonly InputProblem[]
  /** Packets that the capture itself reports as dropped. */
  readonly dropped: number
  /** Only for a live capture. */
  readonly live?: LiveSummary
}

/**
 * Why a file found is not read. `hidden`: its name begins with a dot. `not_capture`: it is not a capture, or not a
 * file. `folder_link`: a link to a folder. `own_results`: results of this or an earlier run. `same_file`: it is read by
 * another name.
 */
export type SkipReason = 'hidden' | 'not_capture' | 'folder_link' | 'own_results' | 'same_file'

/** A file that was found but is not read. */
export interface SkippedInput {
  readonly path: string
  readonly reason: SkipReason
  /** For `same_file`, the path by which it is read. */
  readonly same_as?: string
}

/** Counts by reason of files found below folders and by patterns that are not read, and the first 100 of them. */
export type SkippedInputs = Readonly<Record<SkipReason, number>> & { readonly first: readonly SkippedInput[] }

/** Statistics of a live capture. Null for a count that the backend does not know. */
export interface LiveSummary {
  readonly interface: string
  readonly backend: 'libpcap' | 'cap'
  /** Source of the packets' times: the kernel, or the program when it receives them. */
  readonly timestamps: 'kernel' | 'receipt'
  /** Packets that passed the filter, including dropped ones. Some systems count before the filter. */
  readonly received: number | null
  /** Packets dropped because the kernel's buffer was full. */
  readonly dropped: number | null
  /** Packets dropped by the interface or its driver. */
  readonly dropped_by_interface: number | null
}

/** What became of the packets. `read` is the sum of the others. */
export interface PacketCounts {
  read: number
  filtered: number
  not_ip: number
  malformed: number
  fragments: number
  /** Copies of packets that the way of capturing made. */
  duplicates: number
  /** Packets of connections that are not of the run's part (`--shard`). */
  other_shard: number
  delivered: number
}

/** Counts of no packets. */
export function noPackets(): PacketCounts {
  return {
    read: 0,
    filtered: 0,
    not_ip: 0,
    malformed: 0,
    fragments: 0,
    duplicates: 0,
    other_shard: 0,
    delivered: 0,
  }
}

/** The run's totals, as `--summary` writes them. */
export interface Summary {
  readonly version: string
  readonly seconds: number
  readonly workers: number
  readonly inputs: readonly InputSummary[]
  readonly skipped: SkippedInputs
  readonly packets: Readonly<PacketCounts>
  /** `total`, and a count per protocol, by its name in lower case. */
  readonly connections: Readonly<Record<string, number>> & { readonly total: number }
  readonly bytes: {
    readonly captured: number
    readonly payload: number
    readonly missing: number
    readonly retransmitted: number
    readonly written: number
    /** Payload bytes captured: the sum of the next four. */
    readonly payload_captured: number
    /** Delivered as part of a stream, including bytes cut by `--max-bytes`. */
    readonly delivered: number
    /** Seen before with the same content. */
    readonly repeated: number
    /** Seen before with other content. */
    readonly conflicting: number
    /** Not part of a stream: the sum of the kinds. */
    readonly outside: number
    readonly outside_by_kind: {
      readonly before_start: number
      readonly after_fin: number
      readonly late: number
      readonly unconfirmed: number
      readonly reset_text: number
      readonly keep_alive: number
    }
  }
  readonly overlap_conflicts: number
  readonly gaps: number
  readonly files: number
  /** Damage after which reading continued: number of holes, and bytes skipped. */
  readonly damage: { readonly holes: number; readonly lost_bytes: number }
  /** How often each limit was hit, by name. Limits that were not hit are absent. */
  readonly limits: Readonly<Record<string, number>>
  /**
   * Further counts by name; counts of 0 are absent. Bytes: `cut_bytes` (cut by the snaplen, part of the missing bytes),
   * `spilled_bytes`, `fragment_conflict_bytes`. Packets: `incomplete_datagrams` (fragments missing), `icmp_errors` (that
   * quote a connection), `malformed_*` (by reason), `aggregated_packets` (beyond the first in frames that hold several).
   * Frames that are not IP because of the link layer: `encrypted_frames`, `partial_frames`, `damaged_frames`.
   * `unbalanced_streams`: directions whose captured bytes are not all accounted for, which is a bug.
   */
  readonly details: Readonly<Record<string, number>>
  /** Packets of link types that cannot be decoded, by `name (number)`. */
  readonly unknown_link_types: Readonly<Record<string, number>>
  /** Deviations from the request without a failure: outputs affected by a limit. */
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
  /** The errors again, each with its kind. */
  readonly failures: readonly Failure[]
}

/** A copy of `summary` with one more failure. */
export function withFailure(summary: Summary, failure: Failure): Summary {
  const failures = [...summary.failures, failure]
  return { ...summary, failures, errors: failures.map(({ message }) => message) }
}

/** True when every packet read is accounted for. */
export function isBalanced(packets: Readonly<PacketCounts>): boolean {
  const { read, filtered, not_ip, malformed, fragments, duplicates, other_shard, delivered } = packets
  return read === filtered + not_ip + malformed + fragments + duplicates + other_shard + delivered
}

/** True when every captured payload byte is accounted for: in every direction of every connection, and in the run. */
export function isPayloadBalanced({ bytes, details }: Pick<Summary, 'bytes' | 'details'>): boolean {
  const { payload_captured, delivered, repeated, conflicting, outside } = bytes
  return (
    payload_captured === delivered + repeated + conflicting + outside &&
    (details.unbalanced_streams ?? 0) === 0
  )
}

/** `summary` as an indented JSON object with a final line feed. Fields are in the documented order. */
export function summaryJson(summary: Summary): string {
  const { read, filtered, not_ip, malformed, fragments, duplicates, other_shard, delivered } = summary.packets
  const { total, ...byProtocol } = summary.connections
  const { holes, lost_bytes } = summary.damage
  const { captured, payload, missing, retransmitted, written } = summary.bytes
  const { hidden, not_capture, folder_link, own_results, same_file, first } = summary.skipped
  const {
    payload_captured,
    delivered: in_streams,
    repeated,
    conflicting,
    outside,
    outside_by_kind,
  } = summary.bytes
  const ordered = {
    version: summary.version,
    seconds: summary.seconds,
    workers: summary.workers,
    inputs: summary.inputs.map(({ path, bytes, packets, status, problems, dropped, live }) => ({
      path,
      bytes,
      packets,
      status,
      problems: problems.map(({ offset, length, message, kind }) => ({ offset, length, message, kind })),
      dropped,
      live,
    })),
    skipped: {
      hidden,
      not_capture,
      folder_link,
      own_results,
      same_file,
      first: first.map(({ path, reason, same_as }) => ({ path, reason, same_as })),
    },
    packets: { read, filtered, not_ip, malformed, fragments, duplicates, other_shard, delivered },
    connections: { total, ...byProtocol },
    bytes: {
      captured,
      payload,
      missing,
      retransmitted,
      written,
      payload_captured,
      delivered: in_streams,
      repeated,
      conflicting,
      outside,
      outside_by_kind,
    },
    overlap_conflicts: summary.overlap_conflicts,
    gaps: summary.gaps,
    files: summary.files,
    damage: { holes, lost_bytes },
    limits: summary.limits,
    details: summary.details,
    unknown_link_types: summary.unknown_link_types,
    warnings: summary.warnings,
    errors: summary.errors,
    failures: summary.failures.map(({ kind, message }) => ({ kind, message })),
  }
  return `${safeJson(ordered, 2)}\n`
}
