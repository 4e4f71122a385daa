import type { CaptureHealth } from './capture-health.js'
import type { Bucket } from './distribution.js'
import type { Ranked } from './ranking.js'

/** Everything the page shows, as it stands in it. Texts come from captures and files: nothing about them is sure. */
export interface ReportData {
  readonly version: string
  /** What the report was made from: a name of the index or the inputs. */
  readonly source: string
  /** Where the page finds the output folder: a relative address with `/` at its end, each part encoded. */
  readonly filesAddress: string
  readonly totals: Totals
  readonly protocols: readonly ProtocolTotals[]
  readonly timeline: Timeline
  readonly endpoints: RankedList
  /** Keys are `tcp/80`: protocol and port of the responder. */
  readonly ports: RankedList
  /** Payload bytes, and seconds, of connections. */
  readonly sizes: readonly Bucket[]
  readonly durations: readonly Bucket[]
  readonly states: readonly NamedCount[]
  readonly closeReasons: readonly NamedCount[]
  readonly tunnels: readonly NamedCount[]
  readonly rows: readonly Row[]
  /** The rows are all connections there are. */
  readonly areRowsAll: boolean
  /** From the run's summary, where it was given. */
  readonly health: CaptureHealth | null
}

export interface Totals {
  readonly connections: number
  readonly packets: number
  /** Payload, both directions. */
  readonly bytes: number
  readonly missedBytes: number
  readonly retransBytes: number
  readonly conflicts: number
  readonly withGaps: number
  readonly withConflicts: number
  readonly withoutPayload: number
  /** Seconds since 1970: first packet of all, and the latest; null without connections. */
  readonly firstTime: number | null
  readonly lastTime: number | null
}

export interface ProtocolTotals {
  readonly name: string
  readonly connections: number
  readonly packets: number
  readonly bytes: number
}

/** Amounts over time by protocol. Each connection's bytes are spread evenly over its duration. */
export interface Timeline {
  /** Begin of the first bin, seconds since 1970. */
  readonly from: number
  /** Seconds of a bin. */
  readonly width: number
  readonly series: readonly TimelineSeries[]
}

export interface TimelineSeries {
  readonly protocol: string
  readonly bytes: readonly number[]
  /** Connections that begin in the bin. */
  readonly connections: readonly number[]
  readonly missedBytes: readonly number[]
}

export interface RankedList {
  readonly list: readonly Ranked[]
  /** False: more keys came than are remembered. */
  readonly isExact: boolean
  /** Keys there are, an upper bound where they are not exact. */
  readonly keys: number
  /** By how much a sum of the list may be too low. */
  readonly possiblyMissingBytes: number
  readonly possiblyMissingConnections: number
}

export interface NamedCount {
  readonly name: string
  readonly count: number
}

/** A connection of the table. */
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
  readonly origBytes: number
  readonly respBytes: number
  readonly packets: number
  readonly missedBytes: number
  readonly retransBytes: number
  readonly conflicts: number
  readonly origFile: string | null
  /** Absent: the same as `origFile`. */
  readonly respFile?: string | null
}
