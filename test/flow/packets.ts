import type { ConnectionSink } from '../../src/flow/connection-sink.js'
import { CLOSE_REASONS, ConnectionTable } from '../../src/flow/connection-table.js'
import { ConnectionTracker, type TrackerOptions } from '../../src/flow/connection-tracker.js'
import { blankFlowPacket, type FlowPacket } from '../../src/flow/flow-packet.js'
import { HeldStore, type Spill } from '../../src/stream/held-store.js'
import { MemorySpill } from '../stream/memory-spill.js'
import { pageArena } from '../support/pages.js'
import { copiedSegments } from '../support/recent.js'

/** Flags by tcpdump's letters: S F R P . */
const FLAG_BITS: Record<string, number> = { F: 0x01, S: 0x02, R: 0x04, P: 0x08, '.': 0x10 }

/** One finished connection as a test sees it. */
export interface Finished {
  key: string
  streams: [string, string]
  chunks: string[]
  history: string
  closeReason: string
  packets: [number, number]
  missed: [number, number]
  icmpErrors: number
  ordinal: string
}

/** Keeps what a tracker reported, in the order of the reports. */
export class RecordingConnections implements ConnectionSink {
  readonly finishedOnes: Finished[] = []
  readonly packet = null
  readonly events: string[] = []
  readonly #table: ConnectionTable
  readonly #chunks = new Map<number, string[]>()

  constructor(table: ConnectionTable) {
    this.#table = table
  }

  opened(connection: number): void {
    this.#chunks.set(connection, [])
    this.events.push(`opened ${this.#table.firstNumber[connection]}`)
  }

  data(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, _tsNsec: number): void {
    const text = Buffer.from(bytes.subarray(from, to)).toString('latin1')
    this.#chunks.get(half >> 1)!.push(`${half & 1}:${text}@${tsSec}`)
  }

  gap(half: number, streamOffset: number, length: number): void {
    this.#chunks.get(half >> 1)!.push(`${half & 1}:gap ${streamOffset}+${length}`)
  }

  closed(connection: number): void {
    this.events.push(`closed ${this.#table.firstNumber[connection]}`)
  }

  finished(connection: number): void {
    const table = this.#table
    const chunks = this.#chunks.get(connection)!
    this.#chunks.delete(connection)
    const stream = (side: number) =>
      chunks
        .filter((chunk) => chunk.startsWith(`${side}:`) && !chunk.startsWith(`${side}:gap`))
        .map((chunk) => chunk.slice(2, chunk.lastIndexOf('@')))
        .join('')
    const half = 2 * connection
    const endpoint = (h: number) => `${table.address[4 * h]}.${table.port[h]}`
    this.events.push(`finished ${table.firstNumber[connection]}`)
    this.finishedOnes.push({
      key: `${endpoint(half)} > ${endpoint(half + 1)}`,
      streams: [stream(0), stream(1)],
      chunks,
      history: Buffer.from(
        table.history.subarray(32 * connection, 32 * connection + table.historyLength[connection]!),
      ).toString(),
      closeReason: CLOSE_REASONS[table.closeReason[connection]!]!,
      packets: [table.packets[half]!, table.packets[half + 1]!],
      missed: [table.missedBytes[half]!, table.missedBytes[half + 1]!],
      icmpErrors: table.icmpErrors[connection]!,
      ordinal: `${table.firstNumber[connection]}`,
    })
  }
}

export const DEFAULTS: TrackerOptions = {
  tcpTimeoutSec: 3600,
  udpTimeoutSec: 300,
  lastWins: false,
  heldSegments: 4096,
  heldBytes: 1024 * 1024,
  openConnections: 1e6,
  networks: 256,
  networkTags: { of: (encapId) => encapId }, // a network for each stack of outer headers
}

/** What a test says of one TCP segment; the rest has defaults. */
export interface SegmentSpec {
  flags: string
  seq?: number
  ack?: number
  data?: string
  /** Capture time in seconds. */
  at?: number
  window?: number
  wireBytes?: number
  ports?: [number, number]
  /** Network. */
  tag?: number
}

/** What a test says of an ICMP error; the rest has defaults. */
export interface ErrorSpec {
  protocol?: number
  ports?: [number, number]
  /** Quoted sequence number; by default the quote is too short for one. */
  seq?: number
  /** Capture time in seconds. */
  at?: number
  /** Network of the error. */
  tag?: number
}

function timeOf(at: number): { tsSec: number; tsNsec: number } {
  const tsSec = Math.floor(at)
  return { tsSec, tsNsec: Math.round((at - tsSec) * 1e9) }
}

const HOST_A = 1
const HOST_B = 2

/** A tracker with a recording sink and ways to send it packets between host A and host B. */
export function setUpTracker(
  options: Partial<TrackerOptions> = {},
  spill: Spill = new MemorySpill(),
  openCount?: SharedArrayBuffer,
) {
  const table = new ConnectionTable()
  const sink = new RecordingConnections(table)
  const held = new HeldStore(pageArena(8), spill)
  const tracker = new ConnectionTracker(
    table,
    sink,
    held,
    copiedSegments(table),
    { ...DEFAULTS, ...options },
    openCount,
  )
  const packet: FlowPacket = blankFlowPacket()
  let number = 0

  function send(
    fromA: boolean,
    protocol: number,
    ports: [number, number],
    data: string,
    fields: Partial<FlowPacket>,
  ): void {
    const bytes = Buffer.from(`<${data}>`, 'latin1')
    number += 1
    Object.assign(packet, blankFlowPacket(), {
      protocol,
      src: fromA ? HOST_A : HOST_B,
      dst: fromA ? HOST_B : HOST_A,
      srcPort: fromA ? ports[0] : ports[1],
      dstPort: fromA ? ports[1] : ports[0],
      hash: protocol * 1000 + ports[0] + ports[1],
      number,
      payloadFrom: 1,
      payloadBytes: data.length,
      lastByte: bytes[data.length]!,
      originalPayloadBytes: data.length,
      ipBytes: 40 + data.length,
      ...fields,
    })
    tracker.packet(bytes, packet)
    bytes.fill(0x21) // the slab is used again
  }

  function tcp(fromA: boolean, spec: SegmentSpec): void {
    const data = spec.data ?? ''
    send(fromA, 6, spec.ports ?? [1000, 80], data, {
      tcpFlags: [...spec.flags].reduce((bits, letter) => bits | FLAG_BITS[letter]!, 0),
      seq: (spec.seq ?? 0) | 0,
      ack: (spec.ack ?? 0) | 0,
      ...timeOf(spec.at ?? 0),
      window: spec.window ?? 1000,
      encapId: spec.tag ?? 0,
      originalPayloadBytes: spec.wireBytes ?? data.length,
    })
  }

  return {
    tracker,
    sink,
    /** A TCP segment from the host that opens connections. */
    a: (spec: SegmentSpec) => tcp(true, spec),
    /** A TCP segment from the other host. */
    b: (spec: SegmentSpec) => tcp(false, spec),
    udp: (fromA: boolean, data: string, at = 0, wireBytes = data.length, tag = 0) =>
      send(fromA, 17, [1000, 53], data, {
        ...timeOf(at),
        originalPayloadBytes: wireBytes,
        encapId: tag,
      }),
    /** An ICMP error about a packet from one host to the other. */
    icmpError: (fromA: boolean, { protocol = 6, ports = [1000, 80], seq, at = 0, tag = 0 }: ErrorSpec) =>
      tracker.icmpError(new Uint8Array(0), {
        protocol,
        ipVersion: 4,
        src: fromA ? HOST_A : HOST_B,
        dst: fromA ? HOST_B : HOST_A,
        srcPort: fromA ? ports[0] : ports[1],
        dstPort: fromA ? ports[1] : ports[0],
        hash: protocol * 1000 + ports[0] + ports[1],
        seq: (seq ?? 0) | 0,
        hasSeq: seq !== undefined,
        ...timeOf(at),
        error: Object.assign(blankFlowPacket(), { encapId: tag }),
      }),
    /** Ends the capture, of whose packets the highest time is `at`; the finished connections in the order of their ends. */
    end: (at = 0) => {
      const { tsSec, tsNsec } = timeOf(at)
      tracker.finish(tsSec, tsNsec)
      return sink.finishedOnes
    },
  }
}
