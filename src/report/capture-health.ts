import type { InputSummary, PacketCounts, Summary } from '../summary.js'
import { shortened } from './shortened.js'

const MAX_SHOWN = 200
const MAX_PROBLEMS = 20
const MAX_NAMES = 64
const MAX_CHARACTERS = 200

/** The first items of a list, and the length of the whole list. */
export interface FirstOf<T> {
  readonly count: number
  readonly shown: readonly T[]
}

export interface BadInput {
  readonly path: string
  readonly status: string
  readonly problems: FirstOf<{ readonly offset: number; readonly message: string }>
}

/** The part of a run's summary that the page shows. Its size is bounded, whatever the number of inputs. */
export interface CaptureHealth {
  readonly version: string
  readonly seconds: number
  readonly workers: number
  readonly packets: Readonly<PacketCounts>
  readonly capturedBytes: number
  /** Payload bytes captured, and what became of them. */
  readonly payload: {
    readonly captured: number
    readonly delivered: number
    readonly repeated: number
    readonly conflicting: number
    readonly outside: number
    readonly outsideByKind: Summary['bytes']['outside_by_kind']
  }
  /** Packets that the captures themselves report as dropped. */
  readonly droppedPackets: number
  /** Damaged ranges after which reading went on. */
  readonly holes: number
  readonly lostBytes: number
  /** Counts by name, as in the summary. Names after the first 64 are summed as `other`. */
  readonly details: Readonly<Record<string, number>>
  readonly unknownLinkTypes: Readonly<Record<string, number>>
  readonly limits: Readonly<Record<string, number>>
  readonly inputs: number
  /** Inputs whose status is neither `ok` nor `no_capture`. */
  readonly badInputs: FirstOf<BadInput>
  readonly errors: FirstOf<string>
}

/** Extracts from a summary what the page shows. */
export function captureHealth(summary: Summary): CaptureHealth {
  const { version, seconds, workers, bytes, damage, inputs } = summary
  const { read, filtered, not_ip, malformed, fragments, duplicates, other_shard, delivered } = summary.packets
  return {
    version: shortened(version),
    seconds,
    workers,
    packets: { read, filtered, not_ip, malformed, fragments, duplicates, other_shard, delivered },
    capturedBytes: bytes.captured,
    payload: payloadOf(bytes),
    droppedPackets: inputs.reduce((sum, { dropped }) => sum + dropped, 0),
    holes: damage.holes,
    lostBytes: damage.lost_bytes,
    details: firstNames(summary.details),
    unknownLinkTypes: firstNames(summary.unknown_link_types),
    limits: firstNames(summary.limits),
    inputs: inputs.length,
    badInputs: firstOf(
      inputs.filter(({ status }) => status === 'partial' || status === 'failed'),
      MAX_SHOWN,
      badInput,
    ),
    errors: firstOf(summary.errors, MAX_SHOWN, (text) => shortened(text, MAX_CHARACTERS)),
  }
}

function payloadOf({
  payload_captured,
  outside_by_kind,
  ...bytes
}: Summary['bytes']): CaptureHealth['payload'] {
  const { delivered, repeated, conflicting, outside } = bytes
  const { before_start, after_fin, late, unconfirmed, reset_text, keep_alive } = outside_by_kind
  const outsideByKind = { before_start, after_fin, late, unconfirmed, reset_text, keep_alive }
  return { captured: payload_captured, delivered, repeated, conflicting, outside, outsideByKind }
}

function badInput({ path, status, problems }: InputSummary): BadInput {
  return {
    path: shortened(path, MAX_CHARACTERS),
    status: shortened(status),
    problems: firstOf(problems, MAX_PROBLEMS, ({ offset, message }) => ({
      offset,
      message: shortened(message, MAX_CHARACTERS),
    })),
  }
}

function firstOf<From, To>(list: readonly From[], most: number, convert: (item: From) => To): FirstOf<To> {
  return { count: list.length, shown: list.slice(0, most).map(convert) }
}

function firstNames(counts: Readonly<Record<string, number>>): Record<string, number> {
  const sums = new Map<string, number>()
  for (const [given, count] of Object.entries(counts)) {
    const name = shortened(given)
    const key = sums.size < MAX_NAMES || sums.has(name) ? name : 'other'
    sums.set(key, (sums.get(key) ?? 0) + count)
  }
  return Object.fromEntries(sums)
}
