import { u32be } from '../bytes/endian.js'
import type { HeldStore } from '../stream/held-store.js'
import { TcpReassembler } from '../stream/tcp-reassembler.js'
import { TcpFlag } from '../wire/tcp.js'
import { IpProtocol } from '../wire/transport-packet.js'
import type { ConnectionSink } from './connection-sink.js'
import {
  CLOSE_REASONS,
  type CloseReason,
  ConnectionFlag,
  type ConnectionTable,
  NONE,
} from './connection-table.js'
import { ConnectionTimes, type TimeOuts } from './connection-times.js'
import { FlowIndex } from './flow-index.js'
import type { FlowPacket, FlowQuote } from './flow-packet.js'
import { HistoryLetter, noteFlipped, noteOnce } from './history.js'
import { longestIdle, OpenCount } from './open-count.js'
import { TcpTracker } from './tcp-tracker.js'

export interface TrackerOptions extends TimeOuts {
  readonly lastWins: boolean
  readonly heldSegments: number
  readonly heldBytes: number
  /** Of all workers together. */
  readonly openConnections: number
}

/**
 * The connections of one worker: from a packet to its connection, from there to its half-stream, and when
 * connections begin and end. Time is the packets' time only: what a packet belongs to depends on its own time and on
 * the packets of its key before it, never on when a sweep has forgotten what nothing can belong to any more.
 */
export class ConnectionTracker {
  // Invariants:
  // - every allocated row of the table is in the index, and no other.
  // - a row with the flag CLOSED has been flushed and `sink.closed` was called for it.
  // - a row that a sweep has released could not have been that of a packet or ICMP error whose time is not before the
  //   sweep's.
  readonly table: ConnectionTable
  readonly reassembler: TcpReassembler
  readonly held: HeldStore
  readonly #index: FlowIndex
  readonly #times: ConnectionTimes
  readonly #tcp: TcpTracker
  readonly #sink: ConnectionSink
  readonly #seePacket: ConnectionSink['packet']
  readonly #openCount: OpenCount
  /** Connections opened so far, by IANA protocol number. */
  readonly opened = new Float64Array(256)
  readonly totals = { captured: 0, payload: 0, repeated: 0, conflicts: 0, missing: 0, gaps: 0, icmpErrors: 0 }
  /** Finished half-streams of which not every captured byte was accounted for. */
  unbalanced = 0
  /** Connections ended early because `openConnections` was reached. */
  openConnectionsHits = 0
  /** Packets and ICMP errors from before the latest sweep for whose key nothing was there (any more). */
  timeBackHits = 0
  #sweptSec = -Infinity
  /** Packets of the run before the capture. */
  #packetsBefore = 0

  constructor(
    table: ConnectionTable,
    sink: ConnectionSink,
    held: HeldStore,
    options: TrackerOptions,
    openCount = OpenCount.allocate(),
  ) {
    this.table = table
    this.#openCount = new OpenCount(openCount, options.openConnections)
    this.#sink = sink
    this.#seePacket = sink.packet
    this.held = held
    this.reassembler = new TcpReassembler(table, sink, this.held, options, options.lastWins)
    this.#tcp = new TcpTracker(table, this.reassembler)
    this.#times = new ConnectionTimes(table, options)
    this.#index = new FlowIndex(table)
  }

  /** A capture begins, behind `packetsBefore` packets of the run; the one before has been finished. */
  startCapture(packetsBefore: number): void {
    this.#packetsBefore = packetsBefore
    this.#sweptSec = -Infinity
  }

  /** Takes one packet; its payload and IPv6 addresses are positions in `bytes`, which is not kept. */
  packet(bytes: Uint8Array, packet: FlowPacket): void {
    let connection = this.#index.find(bytes, packet, packet.hash)
    if (connection === NONE) {
      connection = this.#open(bytes, packet, NONE)
    } else {
      const end = this.#endBefore(connection, packet)
      if (end !== null) connection = this.#replace(connection, end, bytes, packet)
    }
    const { table } = this
    const side = this.#index.side
    const half = 2 * connection + side
    table.packets[half]! += 1
    table.ipBytes[half]! += packet.ipBytes
    table.capturedBytes[half]! += packet.payloadBytes
    this.totals.captured += packet.payloadBytes
    this.#times.touch(connection, packet.tsSec, packet.tsNsec)
    if (this.#seePacket !== null) this.#seePacket(connection, side, bytes, packet)
    if (packet.protocol === IpProtocol.TCP) this.#segment(connection, side, bytes, packet)
    else this.#datagram(half, bytes, packet)
  }

  /**
   * Counts an ICMP error to the connection that it quotes, in either direction: to the one that lived at the error's
   * time and has the quoted sequence number.
   */
  icmpError(bytes: Uint8Array, quote: FlowQuote): void {
    const connection = this.#index.find(bytes, quote, quote.hash)
    if (connection === NONE) {
      if (quote.tsSec < this.#sweptSec) this.timeBackHits += 1
      return
    }
    if (!this.#times.isAlive(connection, quote.tsSec, quote.tsNsec)) return
    if (quote.hasSeq && !this.#tcp.isNear(2 * connection + this.#index.side, quote.seq)) return
    this.table.icmpErrors[connection]! += 1
    this.totals.icmpErrors += 1
  }

  /**
   * Forgets connections whose time is over at `tsSec`: the same for all workers and at the same packet, so that
   * results don't depend on how connections are spread.
   */
  sweep(tsSec: number): void {
    if (tsSec > this.#sweptSec) this.#sweptSec = tsSec
    const { table } = this
    for (let connection = 0; connection < table.used; connection++) {
      if (table.isOpen[connection] === 0) continue
      if (!this.#times.isOver(connection, tsSec, 0)) continue
      this.#close(connection, 'timeout')
      this.#finish(connection)
    }
  }

  /**
   * The capture is over: closes and finishes everything, in the order of first packets.
   *
   * @param highestSec Highest time of all its packets; 0 where it is not known.
   */
  finish(highestSec: number, highestNsec: number): void {
    const { table } = this
    const isSweptLater = this.#sweptSec > highestSec // in a live capture
    const endSec = isSweptLater ? this.#sweptSec : highestSec
    const endNsec = isSweptLater ? 0 : highestNsec
    const open: number[] = []
    for (let connection = 0; connection < table.used; connection++)
      if (table.isOpen[connection]) open.push(connection)
    open.sort((a, b) => table.firstNumber[a]! - table.firstNumber[b]!)
    for (const connection of open) {
      this.#close(connection, this.#times.isIdle(connection, endSec, endNsec) ? 'timeout' : 'end')
      this.#finish(connection)
    }
  }

  #segment(connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): void {
    const outcome = this.#tcp.packet(connection, side, bytes, packet)
    if (outcome === 'open' || this.table.flags[connection]! & ConnectionFlag.CLOSED) return
    this.#close(connection, outcome === 'reset' ? 'rst' : 'fin')
  }

  #datagram(half: number, bytes: Uint8Array, packet: FlowPacket): void {
    const { table } = this
    noteOnce(table, half, HistoryLetter.DATA)
    table.payloadBytes[half]! += packet.payloadBytes
    table.dataPackets[half]! += 1
    const speaker = (half & 1) + 1
    if (table.lastSpeaker[half >> 1] !== speaker) {
      table.lastSpeaker[half >> 1] = speaker
      table.messages[half]! += 1
    }
    const to = packet.payloadFrom + packet.payloadBytes
    this.#sink.data(half, bytes, packet.payloadFrom, to, packet.tsSec, packet.tsNsec)
    table.nextOffset[half]! += packet.payloadBytes
    const cut = packet.originalPayloadBytes - packet.payloadBytes
    if (cut > 0) {
      table.missedBytes[half]! += cut
      table.gaps[half]! += 1
      this.reassembler.delivery.cutBytes += cut
      this.#sink.gap(half, table.nextOffset[half]!, cut)
      table.nextOffset[half]! += cut
    }
  }

  // Why the connection is over for a packet that comes now; null: the packet belongs to it.
  #endBefore(connection: number, packet: FlowPacket): CloseReason | null {
    const { table } = this
    const { side } = this.#index
    // What comes after the end is never the connection's, whether it is still there or forgotten.
    if (table.flags[connection]! & ConnectionFlag.CLOSED) {
      if (this.#times.isAfterClose(connection, packet.tsSec, packet.tsNsec)) return 'reuse'
    } else if (this.#times.isIdle(connection, packet.tsSec, packet.tsNsec)) {
      return 'timeout'
    }
    return packet.protocol === IpProtocol.TCP && this.#tcp.isReuse(connection, side, packet) ? 'reuse' : null
  }

  #replace(previous: number, reason: CloseReason, bytes: Uint8Array, packet: FlowPacket): number {
    this.#close(previous, reason)
    const connection = this.#open(bytes, packet, previous)
    this.#finish(previous)
    return connection
  }

  #open(bytes: Uint8Array, packet: FlowPacket, previous: number): number {
    if (this.#openCount.isFull) this.#endIdleOnes(previous)
    this.#openCount.add()
    const { table } = this
    const connection = table.allocate()
    // Side 0 is the sender of the first packet; of a SYN+ACK, its receiver.
    const isFlipped =
      packet.protocol === IpProtocol.TCP &&
      (packet.tcpFlags & (TcpFlag.SYN | TcpFlag.ACK)) === (TcpFlag.SYN | TcpFlag.ACK)
    const side = isFlipped ? 1 : 0
    const src = 2 * connection + side
    table.protocol[connection] = packet.protocol
    table.hash[connection] = packet.hash
    table.flags[connection] =
      (packet.ipVersion === 6 ? ConnectionFlag.IPV6 : 0) |
      (packet.isNanosecond ? ConnectionFlag.NANOSECOND : 0) |
      (isFlipped ? ConnectionFlag.FLIPPED : 0)
    this.#setAddress(src, bytes, packet.ipVersion, packet.src)
    this.#setAddress(src ^ 1, bytes, packet.ipVersion, packet.dst)
    table.port[src] = packet.srcPort
    table.port[src ^ 1] = packet.dstPort
    table.firstSec[connection] = packet.tsSec
    table.firstNsec[connection] = packet.tsNsec
    table.lastSec[connection] = packet.tsSec
    table.lastNsec[connection] = packet.tsNsec
    table.firstNumber[connection] = packet.number - this.#packetsBefore
    table.encapId[connection] = packet.encapId
    table.icmpType[connection] = packet.protocol === IpProtocol.TCP ? 0 : packet.seq
    if (isFlipped) noteFlipped(table, connection)
    this.#index.add(connection)
    this.#index.side = side
    this.opened[packet.protocol]! += 1
    if (previous === NONE && packet.tsSec < this.#sweptSec) this.timeBackHits += 1
    this.#sink.opened(connection)
    return connection
  }

  #setAddress(half: number, bytes: Uint8Array, ipVersion: 4 | 6, address: number): void {
    const { table } = this
    if (ipVersion === 4) {
      table.address[4 * half] = address
      return
    }
    for (let i = 0; i < 4; i++) table.address[4 * half + i] = u32be(bytes, address + 4 * i)
  }

  // A connection that is closed already keeps its reason; what came late is flushed all the same.
  #close(connection: number, reason: CloseReason): void {
    const { table } = this
    if (table.protocol[connection] === IpProtocol.TCP) this.#tcp.flush(connection)
    if ((table.flags[connection]! & ConnectionFlag.CLOSED) === 0) {
      table.flags[connection]! |= ConnectionFlag.CLOSED
      table.closeReason[connection] = CLOSE_REASONS.indexOf(reason)
      table.closedSec[connection] = table.lastSec[connection]!
      table.closedNsec[connection] = table.lastNsec[connection]!
    }
    this.#sink.closed(connection)
  }

  #finish(connection: number): void {
    const { table, totals } = this
    if (table.protocol[connection] === IpProtocol.TCP) {
      this.#tcp.flush(connection)
      this.#tcp.release(connection)
    }
    this.#sink.finished(connection)
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      const payload = table.payloadBytes[half]!
      const repeated = table.repeatedBytes[half]!
      const conflicts = table.conflictBytes[half]!
      totals.payload += payload
      totals.repeated += repeated
      totals.conflicts += conflicts
      totals.missing += table.missedBytes[half]!
      totals.gaps += table.gaps[half]!
      const accounted = payload + repeated + conflicts + table.outsideBytes[half]!
      if (table.capturedBytes[half] !== accounted) this.unbalanced += 1
    }
    this.#index.remove(connection)
    table.release(connection)
    this.#openCount.remove()
  }

  // Makes room for another connection beside `keep`.
  #endIdleOnes(keep: number): void {
    for (const connection of longestIdle(this.table, keep)) {
      this.openConnectionsHits += 1
      this.#close(connection, 'timeout')
      this.#finish(connection)
    }
  }
}
