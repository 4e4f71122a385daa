import type { CaptureHealth } from './capture-health.js'
import type { Bucket } from './distribution.js'
import type { Ranked } from './ranking.js'

/** Everything the page shows, as embedded in it. Strings from captures and files are untrusted. */
export interface ReportData {
  readonly version: string
  /** What the report was made from: the index's name, or the inputs. */
  readonly source: string
  /** Relative URL of the output folder as seen from the page, ending in `/`, each name percent-encoded; null: there is none. */
  readonly filesAddress: string | null
  readonly totals: Totals
  readonly protocols: readonly ProtocolTotals[]
  readonly timeline: Timeline
  readonly endpoints: RankedList
  /** Keys are `tcp/80`: protocol and port of the responder. */
  readonly ports: RankedList
  /** Keys are names of servers. */
  readonly names: RankedList
  /** Histograms of connections: payload bytes and duration in seconds. */
  readonly sizes: readonly Bucket[]
  readonly durations: readonly Bucket[]
  readonly states: readonly NamedCount[]
  readonly closeReasons: readonly NamedCount[]
  readonly tunnels: readonly NamedCount[]
  readonly rows: readonly Row[]
  /** True when the rows are all connections of the index. */
  readonly areRowsAll: boolean
  /** From the run's summary; null when none was given. */
  readonly health: CaptureHealth | null
}

export interface Totals {
  readonly connections: number
  readonly packets: number
  /** Payload bytes of both directions. */
  readonly bytes: number
  readonly missedBytes: number
  readonly capturedBytes: number
  readonly retransBytes: number
  readonly conflicts: number
  /** Captured, and no part of a stream. */
  readonly outsideBytes: number
  /** Copies of packets that the way of capturing made. */
  readonly copies: number
  readonly withGaps: number
  readonly withConflicts: number
  readonly withoutPayload: number
  /** Times of the first and the last packet, seconds since 1970; null without connections. */
  readonly firstTime: number | null
  readonly lastTime: number | null
}

export interface ProtocolTotals {
  readonly name: string
  readonly connections: number
  readonly packets: number
  readonly bytes: number
}

/** Traffic over time by protocol. Each connection's bytes are spread evenly over its duration. */
export interface Timeline {
  /** Start of the first bin, seconds since 1970. */
  readonly from: number
  /** Width of a bin in seconds. */
  readonly width: number
  readonly series: readonly TimelineSeries[]
}

export interface TimelineSeries {
  readonly protocol: string
  readonly bytes: readonly number[]
  /** Per bin, the connections that begin in it. */
  readonly connections: readonly number[]
  readonly missedBytes: readonly number[]
}

export interface RankedList {
  readonly list: readonly Ranked[]
  /** False when there were more keys than memory allows; then sums may be too low. */
  readonly isExact: boolean
  /** Number of keys; an upper bound unless `isExact`. */
  readonly keys: number
  /** The most by which a sum in the list may be too low. */
  readonly possiblyMissingBytes: number
  readonly possiblyMissingConnections: number
}

export interface NamedCount {
  readonly name: string
  readonly count: number
}

/** A row of the connection table. */
export interface Row {
  readonly ts: number
  readonly duration: number
  readonly uid: string
  readonly proto: string
  readonly origHost: string
  readonly origPort: number
  readonly respHost: string
  readonly respPort: number
  readonly state: string
  /** Empty: unknown. */
  readonly service: string
  readonly serverName: string
  readonly origBytes: number
  readonly respBytes: number
  readonly packets: number
  readonly missedBytes: number
  readonly retransBytes: number
  readonly conflicts: number
  readonly outsideBytes: number
  readonly copies: number
  readonly origFile: string | null
  /** Absent when the same as `origFile`. */
  readonly respFile?: string | null
}
