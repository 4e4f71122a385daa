/** What stands in a stream for bytes that the capture lost. */
export type GapStyle = 'marker' | 'zeros' | 'skip'
/** Which copy wins when a retransmission carries other bytes. */
export type OverlapPolicy = 'first' | 'last'

/** What the program runs on: checked, complete, frozen. Built once; no module reads argv or env later. */
export interface Config {
  /** Files, globs, folders or `-`, as the user gave them. */
  readonly inputs: readonly string[]
  readonly outputDir: string
  /** Open output files over all workers together. */
  readonly maxOpenFiles: number
  readonly toConsole: boolean
  readonly writeMetadata: boolean
  readonly separateSides: boolean
  readonly chunkHeaders: boolean
  readonly json: boolean
  /** False: reassemble and report, write no connection files. */
  readonly writeFiles: boolean
  readonly workerCount: number
  /** The user named the number of workers; otherwise small inputs may use fewer. */
  readonly isWorkerCountFixed: boolean
  /** Ceiling for buffered stream data, all workers together. */
  readonly memoryBytes: number
  readonly perFile: boolean
  /** Path of the JSON-lines index, `-` for standard output, or null. */
  readonly indexFile: string | null
  readonly gapStyle: GapStyle
  readonly overlapPolicy: OverlapPolicy
  /** Capture-time seconds without a packet that end a connection; 0: never. */
  readonly tcpTimeoutSec: number
  readonly udpTimeoutSec: number
  /** Payload bytes of each direction that are kept; Infinity: all. */
  readonly maxBytes: number
  readonly utc: boolean
  /** Look inside tunnels over IP. */
  readonly decap: boolean
  /** Overrides the captures' link type; null: as the capture says. */
  readonly linkType: number | null
  /** Replace connection files that exist. */
  readonly force: boolean
  /** Path of the summary, `-` for standard output, or null. */
  readonly summaryFile: string | null
  readonly limits: Limits
}

/** Bounds of everything that can grow. Each has a counter of the same name in the summary's `limits`. */
export interface Limits {
  /** Fragmented IP packets under reassembly at one moment. */
  readonly fragmentTrackers: number
  /** Bytes of fragments held at one moment. */
  readonly fragmentBytes: number
  /** Early segments held for one half-stream. */
  readonly heldSegments: number
  /** Early bytes held for one half-stream before its first gap is given up. */
  readonly heldBytes: number
  /** Open connections in one worker. */
  readonly openConnections: number
  /** Interfaces of one pcapng section. */
  readonly interfaces: number
  /** Different stacks of outer headers in one run. */
  readonly encaps: number
  /** Gaps of one half-stream that the index lists. */
  readonly indexGaps: number
}
