import type { ErrorKind, Failure } from './errors.js'
import { safeJson } from './safe-json.js'

/** One thing that was wrong with an input. `length` 0: to the end, or unknown. */
export interface InputProblem {
  readonly offset: number
  readonly length: number
  readonly message: string
  /** Absent: the input itself is at fault (`input`). */
  readonly kind?: ErrorKind
}

export interface InputSummary {
  readonly path: string
  /** Bytes of the file on disk that were read. */
  readonly bytes: number
  readonly packets: number
  /**
   * `skipped`: `--resume` left it alone; its problems are those of the run that converted it. `no_capture`: it was found
   * below a folder or by a pattern, and neither its content nor its name are those of a capture.
   */
  readonly status: 'ok' | 'partial' | 'failed' | 'skipped' | 'no_capture'
  readonly problems: readonly InputProblem[]
  /** Packets that the capture itself reports as dropped. */
  readonly dropped: number
  /** Of a live capture alone. */
  readonly live?: LiveSummary
}

/**
 * Why something that was found is not read: its name begins with a dot; it is no capture, or no file at all; a link to a
 * folder; results of this run or of an earlier one; a file that is read by another name.
 */
export type SkipReason = 'hidden' | 'not_capture' | 'folder_link' | 'own_results' | 'same_file'

/** Something that was found and is not read. */
export interface SkippedInput {
  readonly path: string
  readonly reason: SkipReason
  /** With `same_file`: the path that it is read by. */
  readonly same_as?: string
}

/** How much was found below folders and by patterns that is not read, by reason, and the first 100. */
export type SkippedInputs = Readonly<Record<SkipReason, number>> & { readonly first: readonly SkippedInput[] }

/** How packets were captured live. Null: the backend doesn't know. */
export interface LiveSummary {
  readonly interface: string
  readonly backend: 'libpcap' | 'cap'
  /** What the packets' times are: the kernel's, or those of their receipt by the program. */
  readonly timestamps: 'kernel' | 'receipt'
  /** Packets that passed the filter, the dropped ones among them (on some systems: before the filter). */
  readonly received: number | null
  /** Lost because the kernel's buffer was full. */
  readonly dropped: number | null
  /** Lost by the interface or its driver. */
  readonly dropped_by_interface: number | null
}

/** Packets by fate: `read` is the sum of the others. */
export interface PacketCounts {
  read: number
  filtered: number
  not_ip: number
  malformed: number
  fragments: number
  delivered: number
}

/** The run's totals, as `--summary` writes them. */
export interface Summary {
  readonly version: string
  readonly seconds: number
  readonly workers: number
  readonly inputs: readonly InputSummary[]
  readonly skipped: SkippedInputs
  readonly packets: Readonly<PacketCounts>
  /** `total`, and a count for each protocol by its name in lower case. */
  readonly connections: Readonly<Record<string, number>> & { readonly total: number }
  readonly bytes: {
    readonly captured: number
    readonly payload: number
    readonly missing: number
    readonly retransmitted: number
    readonly written: number
    /** Payload bytes that were captured: the sum of the next four. */
    readonly payload_captured: number
    /** Delivered as part of a stream, what `--max-bytes` cuts included. */
    readonly delivered: number
    /** Seen before with the same content. */
    readonly repeated: number
    /** Seen before with other content. */
    readonly conflicting: number
    /** No part of a stream: the sum of the kinds. */
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
  /** Damage in the inputs behind which reading went on: how often, and how many bytes were skipped. */
  readonly damage: { readonly holes: number; readonly lost_bytes: number }
  /** How often each limit was hit, by its name; limits that were not hit are absent. */
  readonly limits: Readonly<Record<string, number>>
  /**
   * What else was seen or set aside, by name; what was not is absent. Bytes: `cut_bytes` (by the snaplen, part of the
   * missing ones), `spilled_bytes`, `fragment_conflict_bytes`. Packets: `incomplete_datagrams` (fragments missing),
   * `icmp_errors` (that quoted a connection), `malformed_*` (by what was wrong), `aggregated_packets` (read from frames
   * that hold several, without the first of each); of those that are not IP `encrypted_frames`, `partial_frames` and
   * `damaged_frames` (by the link layer). `unbalanced_streams`: directions whose captured bytes are not all accounted for,
   * which is a bug.
   */
  readonly details: Readonly<Record<string, number>>
  /** Packets of link types that cannot be decoded, by `name (number)`. */
  readonly unknown_link_types: Readonly<Record<string, number>>
  /** What is not as it was asked for although nothing failed: which output a limit has touched. */
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
  /** The same once more with what each of them asks for. */
  readonly failures: readonly Failure[]
}

/** `summary` with one more failure. */
export function withFailure(summary: Summary, failure: Failure): Summary {
  const failures = [...summary.failures, failure]
  return { ...summary, failures, errors: failures.map(({ message }) => message) }
}

/** True when every packet that was read has a fate. */
export function isBalanced(packets: Readonly<PacketCounts>): boolean {
  const { read, filtered, not_ip, malformed, fragments, delivered } = packets
  return read === filtered + not_ip + malformed + fragments + delivered
}

/** True when every captured payload byte is accounted for: in every direction of every connection, and in the run. */
export function isPayloadBalanced({ bytes, details }: Pick<Summary, 'bytes' | 'details'>): boolean {
  const { payload_captured, delivered, repeated, conflicting, outside } = bytes
  return (
    payload_captured === delivered + repeated + conflicting + outside &&
    (details.unbalanced_streams ?? 0) === 0
  )
}

/** `summary` as one JSON object with its fields in the order of the documentation, indented, ending in a line feed. */
export function summaryJson(summary: Summary): string {
  const { read, filtered, not_ip, malformed, fragments, delivered } = summary.packets
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
    packets: { read, filtered, not_ip, malformed, fragments, delivered },
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
