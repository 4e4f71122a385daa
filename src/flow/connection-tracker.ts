import type { HeldStore } from '../stream/held-store.js'
import type { RecentSegments } from '../stream/recent-segments.js'
import { TcpReassembler } from '../stream/tcp-reassembler.js'
import { type NetworkTags, ONE_NETWORK } from '../wire/network-tags.js'
import { IpProtocol } from '../wire/transport-packet.js'
import { ConnectionRows } from './connection-rows.js'
import { type ConnectionSink, PacketRole } from './connection-sink.js'
import { ConnectionFlag, type ConnectionTable, NONE } from './connection-table.js'
import { ConnectionTimes, type TimeOuts } from './connection-times.js'
import type { CopyFinder } from './copy-finder.js'
import { DatagramLives } from './datagram-lives.js'
import { FlowIndex } from './flow-index.js'
import type { FlowPacket, FlowQuote } from './flow-packet.js'
import { HistoryLetter, noteOnce } from './history.js'
import { KeptPackets } from './kept-packets.js'
import { LifeGroups } from './life-groups.js'
import { LifeTags } from './life-tags.js'
import { OpenCount } from './open-count.js'
import { SctpTracker } from './sctp-tracker.js'
import { TcpLives } from './tcp-lives.js'
import { TcpNumbers } from './tcp-numbers.js'
import { TcpTracker } from './tcp-tracker.js'

export interface TrackerOptions extends TimeOuts {
  readonly lastWins: boolean
  readonly heldSegments: number
  readonly heldBytes: number
  /** Of all workers together. */
  readonly openConnections: number
  /** Networks of a 5-tuple, without connections of TCP, that are told apart. */
  readonly networks: number
  /** Tells networks apart; absent: there is one. */
  readonly networkTags?: NetworkTags | undefined
  /** Absent: copies of packets are packets. */
  readonly copies?: CopyFinder | undefined
}

/**
 * The connections of one worker: from a packet to its connection, from there to its half-stream. Time is the packets'
 * time only: what a packet belongs to depends on its own time and on the packets of its key before it, never on when a
 * sweep has forgotten what nothing can belong to any more.
 */
export class ConnectionTracker {
  // Invariant: a row that a sweep has released could not have been that of a packet or ICMP error whose time is not before
  // the sweep's.
  readonly table: ConnectionTable
  readonly reassembler: TcpReassembler
  readonly held: HeldStore
  readonly lives: TcpLives
  readonly datagrams: DatagramLives
  readonly rows: ConnectionRows
  readonly sctp: SctpTracker
  readonly copies: CopyFinder | undefined
  readonly #index: FlowIndex
  readonly #times: ConnectionTimes
  readonly #groups: LifeGroups
  readonly #tcp: TcpTracker
  readonly #numbers: TcpNumbers
  readonly #seePacket: ConnectionSink['packet']
  /** Packets and ICMP errors from before the latest sweep for whose key nothing was there (any more). */
  timeBackHits = 0
  #sweptSec = -Infinity

  constructor(
    table: ConnectionTable,
    sink: ConnectionSink,
    held: HeldStore,
    recent: RecentSegments,
    options: TrackerOptions,
    openCount = OpenCount.allocate(),
  ) {
    this.table = table
    this.copies = options.copies
    this.#seePacket = sink.packet
    this.held = held
    this.reassembler = new TcpReassembler(table, sink, held, recent, options, options.lastWins)
    this.#tcp = new TcpTracker(table, this.reassembler)
    this.#times = new ConnectionTimes(table, options)
    this.#index = new FlowIndex(table)
    this.#numbers = new TcpNumbers(table, this.reassembler)
    const count = new OpenCount(openCount, options.openConnections)
    this.sctp = new SctpTracker(table, this.reassembler.delivery, held, options)
    this.rows = new ConnectionRows(table, this.#index, this.#tcp, this.sctp, sink, count)
    const tags = new LifeTags(table, options.networkTags ?? ONE_NETWORK)
    this.#groups = new LifeGroups(table, tags)
    this.datagrams = new DatagramLives(
      table,
      this.#index,
      this.rows,
      this.#times,
      this.#groups,
      tags,
      options.networks,
    )
    this.lives = new TcpLives(
      table,
      this.#index,
      this.rows,
      this.#times,
      this.#numbers,
      this.#tcp,
      this.#groups,
      tags,
      new KeptPackets(held, sink.packet !== null),
      {
        take: (connection, side, bytes, packet) => this.#take(connection, side, bytes, packet),
        count: (connection, side, bytes, packet) =>
          this.#count(connection, side, bytes, packet, PacketRole.OUTSIDE),
      },
    )
    this.rows.onFinish = (connection) => this.lives.leave(connection)
    const see = sink.packet
    if (see !== null && options.copies !== undefined)
      options.copies.see = (half, bytes, packet) =>
        see(half >> 1, (half & 1) as 0 | 1, bytes, packet, PacketRole.COPY)
    if (options.copies !== undefined) options.copies.lives = this.#groups
  }

  /** Gaps, starts and candidates given up because the memory for what is held was used up. */
  get heldMemoryHits(): number {
    return this.reassembler.held.heldMemoryHits + this.lives.memoryHits + this.sctp.heldMemoryHits
  }

  /** A capture begins, behind `packetsBefore` packets of the run; the one before has been finished. */
  startCapture(packetsBefore: number): void {
    this.rows.packetsBefore = packetsBefore
    this.#sweptSec = -Infinity
  }

  /** Takes one packet; its payload and IPv6 addresses are positions in `bytes`, which is not kept. */
  packet(bytes: Uint8Array, packet: FlowPacket): void {
    const found = this.#index.find(bytes, packet, packet.hash)
    const { side } = this.#index
    if (found === NONE || !this.#tcp.isPredicted(found, side, packet)) {
      this.#unpredicted(found, side, bytes, packet)
      return
    }
    const half = 2 * found + side
    if (this.copies?.hasPredicted(found, half, bytes, packet)) return
    if (!this.#times.goOn(found, packet.tsSec, packet.tsNsec)) {
      this.#routed(found, side, bytes, packet)
      return
    }
    this.#count(found, side, bytes, packet, PacketRole.MEMBER)
    this.#tcp.predicted(half, bytes, packet)
  }

  // A method of its own, so that V8 has room for what it inlines in the method above.
  #unpredicted(found: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): void {
    const isPlain =
      found !== NONE && packet.protocol === IpProtocol.TCP && this.#numbers.isPlain(found, side, packet)
    if (this.copies?.has(found, side, isPlain, bytes, packet)) return
    if (isPlain && !this.#times.isIdle(found, packet.tsSec, packet.tsNsec))
      this.#take(found, side, bytes, packet)
    else this.#routed(found, side, bytes, packet)
  }

  #routed(found: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): void {
    const connection = this.#route(found, side, bytes, packet)
    if (connection !== found) this.copies?.move(connection)
  }

  // Takes a packet that is not plain, of whose 5-tuple `found` is a connection or `NONE`. Returns the connection that it belongs to, or `NONE`.
  #route(found: number, foundSide: 0 | 1, bytes: Uint8Array, packet: FlowPacket): number {
    let connection = found
    let side = foundSide
    if (connection === NONE) {
      if (packet.tsSec < this.#sweptSec) this.timeBackHits += 1
      connection = this.rows.open(bytes, packet)
      side = this.#index.side
    } else if (packet.protocol !== IpProtocol.TCP) {
      connection = this.datagrams.route(connection, side, bytes, packet)
      side = this.datagrams.side
    } else {
      connection = this.lives.route(connection, side, bytes, packet)
      if (connection === NONE) return NONE
      side = this.lives.side
    }
    this.#take(connection, side, bytes, packet)
    return connection
  }

  /**
   * Counts an ICMP error to the connection that it quotes, in either direction: to the one that lived at the error's
   * time and has the quoted sequence number, of several to one of its network, or else to the latest.
   */
  icmpError(bytes: Uint8Array, quote: FlowQuote): void {
    const found = this.#index.find(bytes, quote, quote.hash)
    const { side } = this.#index
    if (found === NONE) {
      if (quote.tsSec < this.#sweptSec) this.timeBackHits += 1
      return
    }
    if (this.copies?.hasError(found, bytes, quote)) return
    for (const connection of this.#groups.livesFor(found, side, quote.error.encapId)) {
      if (!this.#times.isAlive(connection, quote.tsSec, quote.tsNsec)) continue
      const half = 2 * connection + this.#groups.sideIn(connection, found, side)
      if (quote.hasSeq && !this.#numbers.isNear(half, quote.seq)) continue
      this.table.icmpErrors[connection]! += 1
      this.rows.totals.icmpErrors += 1
      this.#seePacket?.(connection, (half & 1) as 0 | 1, bytes, quote.error, PacketRole.ERROR)
      return
    }
  }

  /**
   * Forgets connections whose time is over at `tsSec`: the same for all workers and at the same packet, so that
   * results don't depend on how connections are spread.
   */
  sweep(tsSec: number): void {
    if (tsSec > this.#sweptSec) this.#sweptSec = tsSec
    const { table } = this
    for (let connection = 0; connection < table.used; connection++) {
      if (table.isOpen[connection] === 0 || !this.#times.isOver(connection, tsSec, 0)) continue
      if (table.group[connection] === 0) this.rows.finish(connection, 'timeout')
      else if (this.lives.isOver(connection, tsSec, 0)) {
        this.lives.dropCandidates(connection)
        for (const life of this.#groups.livesOf(connection)) this.rows.finish(life, 'timeout')
      }
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
      this.rows.finish(connection, this.#times.isIdle(connection, endSec, endNsec) ? 'timeout' : 'end')
    }
  }

  // Takes a packet that `side` of the connection sent.
  #take(connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): void {
    this.#times.touch(connection, packet.tsSec, packet.tsNsec)
    this.#count(connection, side, bytes, packet, PacketRole.MEMBER)
    if (packet.protocol === IpProtocol.TCP) this.#segment(connection, side, bytes, packet)
    else if (packet.protocol === IpProtocol.SCTP) this.sctp.packet(connection, side, bytes, packet)
    else this.#datagram(2 * connection + side, bytes, packet)
  }

  #count(connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket, role: number): void {
    this.rows.count(connection, side, packet)
    if (this.#seePacket !== null) this.#seePacket(connection, side, bytes, packet, role)
  }

  #segment(connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): void {
    const outcome = this.#tcp.packet(connection, side, bytes, packet)
    if (outcome === 'open' || this.table.flags[connection]! & ConnectionFlag.CLOSED) return
    this.rows.close(connection, outcome === 'reset' ? 'rst' : 'fin')
  }

  #datagram(half: number, bytes: Uint8Array, packet: FlowPacket): void {
    noteOnce(this.table, half, HistoryLetter.DATA)
    const { payloadFrom, payloadBytes, originalPayloadBytes, tsSec, tsNsec } = packet
    const cut = originalPayloadBytes - payloadBytes
    const to = payloadFrom + payloadBytes
    this.reassembler.delivery.datagram(half, bytes, payloadFrom, to, cut, tsSec, tsNsec)
  }
}
