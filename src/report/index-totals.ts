import type { ConnectionRecord } from './connection-record.js'
import { binaryBounds, Distribution, decimalBounds } from './distribution.js'
import { Ranking } from './ranking.js'
import type {
  NamedCount,
  ProtocolTotals,
  RankedList,
  ReportData,
  Row,
  Timeline,
  Totals,
} from './report-data.js'
import { REPORT_LIMITS, type ReportLimits } from './report-limits.js'
import { shortened } from './shortened.js'
import { TimeBins } from './time-bins.js'
import { TopRecords } from './top-records.js'

/** The name under which all further names are counted. */
const OTHER = 'other'

interface Protocol {
  connections: number
  packets: number
  bytes: number
  /** Channel numbers in {@link TimeBins}. */
  readonly byteChannel: number
  readonly connectionChannel: number
  readonly missedChannel: number
}

/** Sums up the records of an index in bounded memory. */
export class IndexTotals {
  readonly #limits: ReportLimits
  readonly #bins: TimeBins
  readonly #protocols = new Map<string, Protocol>()
  readonly #states = new Map<string, number>()
  readonly #closeReasons = new Map<string, number>()
  readonly #tunnels = new Map<string, number>()
  readonly #endpoints: Ranking
  readonly #ports: Ranking
  readonly #names: Ranking
  readonly #sizes = new Distribution(binaryBounds(50))
  readonly #durations = new Distribution(decimalBounds(-6, 7))
  readonly #largest: TopRecords
  readonly #damaged: TopRecords
  readonly #longest: TopRecords
  #connections = 0
  #packets = 0
  #bytes = 0
  #missedBytes = 0
  #capturedBytes = 0
  #retransBytes = 0
  #conflicts = 0
  #outsideBytes = 0
  #copies = 0
  #withGaps = 0
  #withConflicts = 0
  #withoutPayload = 0
  #firstTime = Number.POSITIVE_INFINITY
  #lastTime = Number.NEGATIVE_INFINITY

  constructor(limits: ReportLimits = REPORT_LIMITS) {
    this.#limits = limits
    this.#bins = new TimeBins(limits.bins)
    this.#endpoints = new Ranking(limits.rankedKeys)
    this.#ports = new Ranking(limits.rankedKeys)
    this.#names = new Ranking(limits.rankedKeys)
    this.#largest = new TopRecords(limits.largest)
    this.#damaged = new TopRecords(limits.damaged)
    this.#longest = new TopRecords(limits.longest)
  }

  add(record: ConnectionRecord): void {
    const { ts, duration, origBytes, respBytes, missedBytes, conflicts } = record
    const bytes = origBytes + respBytes
    this.#packets += record.packets
    this.#bytes += bytes
    this.#missedBytes += missedBytes
    this.#retransBytes += record.retransBytes
    this.#capturedBytes += record.capturedBytes
    this.#conflicts += conflicts
    this.#outsideBytes += record.outsideBytes
    this.#copies += record.copies
    if (missedBytes > 0) this.#withGaps += 1
    if (conflicts > 0) this.#withConflicts += 1
    if (bytes === 0) this.#withoutPayload += 1
    this.#firstTime = Math.min(this.#firstTime, ts)
    this.#lastTime = Math.max(this.#lastTime, ts + duration)
    this.#addToProtocol(record, bytes)
    this.#addToRankings(record)
    this.#sizes.add(bytes)
    this.#durations.add(duration)
    this.#count(this.#states, record.state)
    this.#count(this.#closeReasons, record.closeReason)
    if (record.tunnel.length > 0) this.#count(this.#tunnels, shortened(record.tunnel.join(' > ')))
    this.#largest.add(record, bytes, this.#connections)
    this.#longest.add(record, duration, this.#connections)
    if (missedBytes + conflicts > 0) this.#damaged.add(record, missedBytes + conflicts, this.#connections)
    this.#connections += 1
  }

  /** The totals, and the connections of the table in index order. */
  result(): Omit<ReportData, 'version' | 'source' | 'filesAddress' | 'health'> {
    const rows = this.#rows()
    return {
      totals: this.#totals(),
      protocols: this.#protocolTotals(),
      timeline: this.#timeline(),
      endpoints: this.#ranked(this.#endpoints),
      ports: this.#ranked(this.#ports),
      names: this.#ranked(this.#names),
      sizes: this.#sizes.buckets(),
      durations: this.#durations.buckets(),
      states: namedCounts(this.#states),
      closeReasons: namedCounts(this.#closeReasons),
      tunnels: namedCounts(this.#tunnels),
      rows,
      areRowsAll: rows.length === this.#connections,
    }
  }

  #addToProtocol({ ts, duration, packets, proto, missedBytes }: ConnectionRecord, bytes: number): void {
    const protocol = this.#protocol(shortened(proto))
    protocol.connections += 1
    protocol.packets += packets
    protocol.bytes += bytes
    const bins = this.#bins
    bins.cover(ts, ts + duration)
    bins.add(protocol.byteChannel, ts, ts + duration, bytes)
    bins.add(protocol.connectionChannel, ts, ts, 1)
    bins.add(protocol.missedChannel, ts, ts + duration, missedBytes)
  }

  #protocol(wanted: string): Protocol {
    const name = this.#nameIn(this.#protocols, wanted)
    let protocol = this.#protocols.get(name)
    if (protocol === undefined) {
      const bins = this.#bins
      protocol = {
        connections: 0,
        packets: 0,
        bytes: 0,
        byteChannel: bins.addChannel(),
        connectionChannel: bins.addChannel(),
        missedChannel: bins.addChannel(),
      }
      this.#protocols.set(name, protocol)
    }
    return protocol
  }

  #addToRankings(record: ConnectionRecord): void {
    const { origHost, respHost, respPort, proto, serverName, origBytes, respBytes } = record
    this.#endpoints.add(shortened(origHost), origBytes, respBytes)
    if (respHost !== origHost) this.#endpoints.add(shortened(respHost), respBytes, origBytes)
    this.#ports.add(`${shortened(proto)}/${respPort}`, origBytes, respBytes)
    if (serverName !== '') this.#names.add(shortened(serverName), origBytes, respBytes)
  }

  #count(counts: Map<string, number>, wanted: string): void {
    const name = this.#nameIn(counts, shortened(wanted))
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }

  #nameIn(known: ReadonlyMap<string, unknown>, wanted: string): string {
    return known.size < this.#limits.names || known.has(wanted) ? wanted : OTHER
  }

  #totals(): Totals {
    const isEmpty = this.#connections === 0
    return {
      connections: this.#connections,
      packets: this.#packets,
      bytes: this.#bytes,
      missedBytes: this.#missedBytes,
      retransBytes: this.#retransBytes,
      capturedBytes: this.#capturedBytes,
      conflicts: this.#conflicts,
      outsideBytes: this.#outsideBytes,
      copies: this.#copies,
      withGaps: this.#withGaps,
      withConflicts: this.#withConflicts,
      withoutPayload: this.#withoutPayload,
      firstTime: isEmpty ? null : this.#firstTime,
      lastTime: isEmpty ? null : this.#lastTime,
    }
  }

  #protocolTotals(): ProtocolTotals[] {
    return this.#byBytes().map(([name, { connections, packets, bytes }]) => ({
      name,
      connections,
      packets,
      bytes,
    }))
  }

  #byBytes(): [string, Protocol][] {
    return [...this.#protocols].sort(([, a], [, b]) => b.bytes - a.bytes || b.connections - a.connections)
  }

  #timeline(): Timeline {
    const sorted = this.#byBytes()
    const shown = sorted
      .slice(0, this.#limits.series)
      .map(([protocol, found]) => ({ protocol, parts: [found] }))
    const rest = sorted.slice(this.#limits.series).map(([, found]) => found)
    if (rest.length > 0) shown.push({ protocol: OTHER, parts: rest })
    return {
      from: this.#bins.from,
      width: this.#bins.width,
      series: shown.map(({ protocol, parts }) => ({
        protocol,
        bytes: this.#sum(parts.map(({ byteChannel }) => byteChannel)),
        connections: this.#sum(parts.map(({ connectionChannel }) => connectionChannel)),
        missedBytes: this.#sum(parts.map(({ missedChannel }) => missedChannel)),
      })),
    }
  }

  #sum(channels: readonly number[]): number[] {
    const lists = channels.map((channel) => this.#bins.bins(channel))
    return Array.from(lists[0] ?? [], (_, i) => {
      const sum = lists.reduce((total, list) => total + list[i]!, 0)
      return Math.round(sum * 10) / 10
    })
  }

  #ranked(ranking: Ranking): RankedList {
    return {
      list: ranking.top(this.#limits.ranked),
      isExact: ranking.isExact,
      keys: ranking.keys,
      possiblyMissingBytes: ranking.possiblyMissingBytes,
      possiblyMissingConnections: ranking.possiblyMissingConnections,
    }
  }

  #rows(): Row[] {
    const chosen = new Map<number, ConnectionRecord>()
    for (const top of [this.#largest, this.#damaged, this.#longest]) {
      for (const { record, place } of top.entries()) chosen.set(place, record)
    }
    return [...chosen].sort(([a], [b]) => a - b).map(([, record]) => this.#row(record))
  }

  #row(record: ConnectionRecord): Row {
    const {
      closeReason: _reason,
      tunnel: _tunnel,
      capturedBytes: _captured,
      origFile,
      respFile,
      ...rest
    } = record
    const orig = this.#linkable(origFile)
    const resp = this.#linkable(respFile)
    return {
      ...rest,
      uid: shortened(rest.uid),
      proto: shortened(rest.proto),
      origHost: shortened(rest.origHost),
      respHost: shortened(rest.respHost),
      state: shortened(rest.state),
      service: shortened(rest.service),
      serverName: shortened(rest.serverName),
      origFile: orig,
      ...(resp === orig ? {} : { respFile: resp }),
    }
  }

  // The program never writes a longer path.
  #linkable(path: string | null): string | null {
    return path !== null && path.length <= this.#limits.pathCharacters ? path : null
  }
}

function namedCounts(counts: ReadonlyMap<string, number>): NamedCount[] {
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count)
}
