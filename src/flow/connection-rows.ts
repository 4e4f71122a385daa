import { u32be } from '../bytes/endian.js'
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
import type { FlowIndex } from './flow-index.js'
import type { FlowPacket } from './flow-packet.js'
import { noteFlipped } from './history.js'
import { longestIdle, type OpenCount } from './open-count.js'

/** Ports below this are of services. */
const SERVICE_PORTS = 1024

/** What waits in the half-streams of connections. */
interface Streams {
  /** Delivers what is held of both sides: nothing more is expected. */
  flush(connection: number): void
  /** Forgets both sides. */
  release(connection: number): void
}

/** Opens, closes and finishes connections: their rows in the table, their places in the index, the sink's calls. */
export class ConnectionRows {
  // Invariants:
  // - every allocated row of the table is in the index, and no other.
  // - a row with the flag CLOSED has had `sink.closed` called for it.
  readonly #table: ConnectionTable
  readonly #index: FlowIndex
  readonly #tcp: Streams
  readonly #sctp: Streams
  readonly #sink: ConnectionSink
  readonly #openCount: OpenCount
  /** Connections opened so far, by IANA protocol number. */
  readonly opened = new Float64Array(256)
  readonly totals = { captured: 0, payload: 0, repeated: 0, conflicts: 0, missing: 0, gaps: 0, icmpErrors: 0 }
  /** Finished half-streams of which not every captured byte was accounted for. */
  unbalanced = 0
  /** Connections ended early because `openConnections` was reached. */
  openConnectionsHits = 0
  /** Packets of the run before the capture. */
  packetsBefore = 0
  /** Called before a connection is finished. */
  onFinish: (connection: number) => void = () => {}

  constructor(
    table: ConnectionTable,
    index: FlowIndex,
    tcp: Streams,
    sctp: Streams,
    sink: ConnectionSink,
    openCount: OpenCount,
  ) {
    this.#table = table
    this.#index = index
    this.#tcp = tcp
    this.#sctp = sctp
    this.#sink = sink
    this.#openCount = openCount
  }

  /** Opens the connection that a packet begins. `side` of the index is its sender's. Its addresses are in `bytes`. */
  open(bytes: Uint8Array, packet: FlowPacket): number {
    const connection = this.#allocate(packet, NONE)
    const src = 2 * connection + this.#index.side
    this.#setAddress(src, bytes, packet.ipVersion, packet.src)
    this.#setAddress(src ^ 1, bytes, packet.ipVersion, packet.dst)
    return this.#opened(connection, packet)
  }

  /** The same, with addresses as another connection has them: the sender's are those of its half-stream `srcHalf`. */
  openLike(srcHalf: number, packet: FlowPacket): number {
    const connection = this.#allocate(packet, srcHalf >> 1)
    const { address } = this.#table
    const src = 2 * connection + this.#index.side
    address.copyWithin(4 * src, 4 * srcHalf, 4 * srcHalf + 4)
    address.copyWithin(4 * (src ^ 1), 4 * (srcHalf ^ 1), 4 * (srcHalf ^ 1) + 4)
    return this.#opened(connection, packet)
  }

  /** Counts a packet that belongs to the connection, and its payload; that of SCTP is in chunks. */
  count(connection: number, side: 0 | 1, packet: FlowPacket): void {
    const table = this.#table
    const half = 2 * connection + side
    if (table.packets[half] === 0) table.encapId[half] = packet.encapId
    table.packets[half]! += 1
    table.ipBytes[half]! += packet.ipBytes
    if (packet.protocol !== IpProtocol.SCTP) table.capturedBytes[half]! += packet.payloadBytes
  }

  /**
   * Nothing new is expected of the connection; one that is closed already keeps its reason. What is held after a RST may
   * still be filled; otherwise nothing is waited for any more.
   */
  close(connection: number, reason: CloseReason): void {
    const table = this.#table
    if (reason !== 'rst') this.#streamsOf(connection)?.flush(connection)
    const flags = table.flags[connection]!
    if ((flags & ConnectionFlag.CLOSED) === 0) {
      const isReplaced = (flags & ConnectionFlag.REPLACED) !== 0 && (reason === 'end' || reason === 'timeout')
      table.flags[connection]! |= ConnectionFlag.CLOSED
      table.closeReason[connection] = CLOSE_REASONS.indexOf(isReplaced ? 'reuse' : reason)
      table.closedSec[connection] = table.lastSec[connection]!
      table.closedNsec[connection] = table.lastNsec[connection]!
    }
    this.#sink.closed(connection)
  }

  /** Closes the connection and forgets it. */
  finish(connection: number, reason: CloseReason): void {
    const table = this.#table
    const { totals } = this
    this.onFinish(connection)
    this.close(connection, reason)
    const streams = this.#streamsOf(connection)
    streams?.flush(connection)
    streams?.release(connection)
    this.#sink.finished(connection)
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      const payload = table.payloadBytes[half]!
      const repeated = table.repeatedBytes[half]!
      const conflicts = table.conflictBytes[half]!
      totals.captured += table.capturedBytes[half]!
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

  // Null: nothing of the connection is held.
  #streamsOf(connection: number): Streams | null {
    switch (this.#table.protocol[connection]) {
      case IpProtocol.TCP:
        return this.#tcp
      case IpProtocol.SCTP:
        return this.#sctp
      default:
        return null
    }
  }

  // Takes a row, for which no room may be made by ending `keep`.
  #allocate(packet: FlowPacket, keep: number): number {
    if (this.#openCount.isFull) {
      for (const connection of longestIdle(this.#table, keep)) {
        this.openConnectionsHits += this.#table.limits.mark(connection, 'open_connections')
        this.finish(connection, 'timeout')
      }
    }
    this.#openCount.add()
    const table = this.#table
    const connection = table.allocate()
    const isFlipped = isSentByResponder(packet)
    const side = isFlipped ? 1 : 0
    const src = 2 * connection + side
    table.protocol[connection] = packet.protocol
    table.hash[connection] = packet.hash
    table.flags[connection] =
      (packet.ipVersion === 6 ? ConnectionFlag.IPV6 : 0) |
      (packet.isNanosecond ? ConnectionFlag.NANOSECOND : 0) |
      (isFlipped ? ConnectionFlag.FLIPPED : 0)
    table.port[src] = packet.srcPort
    table.port[src ^ 1] = packet.dstPort
    table.firstSec[connection] = packet.tsSec
    table.firstNsec[connection] = packet.tsNsec
    table.lastSec[connection] = packet.tsSec
    table.lastNsec[connection] = packet.tsNsec
    table.firstNumber[connection] = packet.number - this.packetsBefore
    table.icmpType[connection] = packet.protocol === IpProtocol.TCP ? 0 : packet.seq
    if (isFlipped) noteFlipped(table, connection)
    this.#index.side = side
    return connection
  }

  #opened(connection: number, packet: FlowPacket): number {
    this.#index.add(connection)
    this.opened[packet.protocol]! += 1
    this.#sink.opened(connection)
    return connection
  }

  #setAddress(half: number, bytes: Uint8Array, ipVersion: 4 | 6, address: number): void {
    const table = this.#table
    if (ipVersion === 4) {
      table.address[4 * half] = address
      return
    }
    for (let i = 0; i < 4; i++) table.address[4 * half + i] = u32be(bytes, address + 4 * i)
  }
}

// Side 0 is the sender of the first packet; its receiver where that is a SYN+ACK, or has no SYN and comes from a service.
function isSentByResponder({ protocol, tcpFlags, srcPort, dstPort }: FlowPacket): boolean {
  if (protocol === IpProtocol.TCP && tcpFlags & TcpFlag.SYN) return (tcpFlags & TcpFlag.ACK) !== 0
  return srcPort < SERVICE_PORTS && dstPort >= SERVICE_PORTS
}
