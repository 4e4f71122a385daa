/** Limits of a report, in memory and on the page. */
export interface ReportLimits {
  /** Bins of the timeline. */
  readonly bins: number
  /** Distinct names of protocols, states and tunnels; further names count as `other`. */
  readonly names: number
  /** Protocols with their own series in the timeline. */
  readonly series: number
  /** Endpoints, and ports, kept in memory while the index is read. */
  readonly rankedKeys: number
  /** Endpoints, and ports, on the page: this many by bytes and this many by connections. */
  readonly ranked: number
  /** Connections in the table: this many of the largest, of the most damaged, of the longest. */
  readonly largest: number
  readonly damaged: number
  readonly longest: number
  /** Longest connection file path that becomes a link. */
  readonly pathCharacters: number
}

export const REPORT_LIMITS: ReportLimits = Object.freeze({
  bins: 1024,
  names: 64,
  series: 7,
  rankedKeys: 200_000,
  ranked: 50,
  largest: 2000,
  damaged: 1000,
  longest: 500,
  pathCharacters: 1024,
})
