import { TcpFlag } from '../wire/tcp.js'
import type { Candidate } from './candidate.js'
import { Candidates, type PacketTaker } from './candidates.js'
import type { ConnectionRows } from './connection-rows.js'
import { ConnectionFlag, type ConnectionTable, NONE } from './connection-table.js'
import type { ConnectionTimes } from './connection-times.js'
import type { FlowIndex } from './flow-index.js'
import type { FlowPacket } from './flow-packet.js'
import type { KeptPackets } from './kept-packets.js'
import { type Group, LifeGroups, latest } from './life-groups.js'
import { FAR, type TcpNumbers } from './tcp-numbers.js'
import type { TcpTracker } from './tcp-tracker.js'

/**
 * The lives of one TCP 5-tuple: a port that is used again, a half-open connection and its successor, both sides of a
 * firewall that rewrites numbers. A packet belongs to the one that both of its numbers fit. What fits none is a candidate
 * until the peer acknowledges exactly its end, or a segment goes on exactly there.
 */
export class TcpLives {
  readonly #table: ConnectionTable
  readonly #index: FlowIndex
  readonly #rows: ConnectionRows
  readonly #times: ConnectionTimes
  readonly #numbers: TcpNumbers
  readonly #tcp: TcpTracker
  readonly #groups: LifeGroups
  readonly #candidates: Candidates
  /** Distance of the latest packet to the nearest connection of its group. */
  #leastDistance = FAR
  /** Side of the connection that `route` returned which sent the packet. */
  side: 0 | 1 = 0

  constructor(
    table: ConnectionTable,
    index: FlowIndex,
    rows: ConnectionRows,
    times: ConnectionTimes,
    numbers: TcpNumbers,
    tcp: TcpTracker,
    kept: KeptPackets,
    taker: PacketTaker,
  ) {
    this.#table = table
    this.#index = index
    this.#rows = rows
    this.#times = times
    this.#numbers = numbers
    this.#tcp = tcp
    this.#groups = new LifeGroups(table)
    this.#candidates = new Candidates(this.#groups, tcp, kept, taker)
  }

  /**
   * The connection that a packet belongs to, opened if need be; `NONE`: it was kept for a candidate, or counted.
   *
   * @param found A connection of its 5-tuple, in which `side` is its sender.
   */
  route(found: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket): number {
    const { tsSec, tsNsec } = packet
    const group = this.#groups.of(found)
    if (group === null) {
      if (this.#times.isOver(found, tsSec, tsNsec)) {
        this.#rows.finish(found, 'timeout')
        return this.#open(bytes, packet)
      }
      if (this.#isEligible(found, packet) && this.#numbers.distance(found, side, packet) !== FAR) {
        this.side = side
        return found
      }
      return this.#routeOther(this.#groups.make(found), side, bytes, packet)
    }
    const direction = this.#groups.direction(group, found, side)
    this.#expire(group, tsSec, tsNsec)
    if (group.lives.length === 0) return this.#open(bytes, packet)
    const life = this.#nearest(group, direction, packet)
    if (this.#leastDistance > 0) {
      const confirmed = this.#candidates.confirmedBy(group, direction, packet)
      if (confirmed !== null) return this.#confirm(group, confirmed, direction, packet)
    }
    if (life === NONE) return this.#routeOther(group, direction, bytes, packet)
    this.side = this.#groups.direction(group, life, direction)
    if ((packet.tcpFlags & (TcpFlag.SYN | TcpFlag.ACK)) !== TcpFlag.SYN)
      this.#groups.noteSuccessor(group, life)
    this.#table.flags[life]! &= ~ConnectionFlag.REPLACED
    this.#groups.tidy(group)
    return life
  }

  /** Times that candidates were dropped because there was no memory for more. */
  get memoryHits(): number {
    return this.#candidates.memoryHits
  }

  /** The other connections of its 5-tuple that are there, and itself, the latest first. */
  livesOf(connection: number): readonly number[] {
    return this.#groups.of(connection)?.lives.toReversed() ?? [connection]
  }

  /** The side that `side` of one connection is in another one of the same 5-tuple. */
  sideIn(other: number, connection: number, side: 0 | 1): 0 | 1 {
    const group = this.#groups.of(connection)
    if (group === null) return side
    return this.#groups.direction(group, other, this.#groups.direction(group, connection, side))
  }

  /** True when nothing of this time or a later one can belong to any connection or candidate of the 5-tuple. */
  isOver(connection: number, tsSec: number, tsNsec: number): boolean {
    const group = this.#groups.of(connection)
    if (group === null) return this.#times.isOver(connection, tsSec, tsNsec)
    return (
      group.lives.every((life) => this.#times.isOver(life, tsSec, tsNsec)) &&
      group.candidates.every((candidate) => this.#isOver(candidate, tsSec, tsNsec))
    )
  }

  /** A connection is about to be finished: what nothing has confirmed goes to the latest one there is. */
  leave(connection: number): void {
    const group = this.#groups.of(connection)
    if (group === null) return
    if (group.lives.length === 1) this.#candidates.dropAll(group)
    this.#groups.remove(group, connection)
  }

  /** Drops the candidates of the 5-tuple: nothing confirms them any more. */
  dropCandidates(connection: number): void {
    const group = this.#groups.of(connection)
    if (group !== null) this.#candidates.dropAll(group)
  }

  // The packet fits no connection.
  #routeOther(group: Group, direction: 0 | 1, bytes: Uint8Array, packet: FlowPacket): number {
    if ((packet.tcpFlags & (TcpFlag.SYN | TcpFlag.ACK)) === TcpFlag.SYN) {
      const connection = this.#openIn(group, direction, packet)
      if (group.candidates.length === 0) return connection
      this.#candidates.takeSyn(group, connection, direction, bytes, packet)
      return NONE
    }
    if (this.#candidates.join(group, direction, bytes, packet)) return NONE
    if (!group.lives.some((life) => this.#isEligible(life, packet))) {
      return this.#openIn(group, direction, packet)
    }
    this.#candidates.begin(group, direction, bytes, packet)
    this.#groups.tidy(group)
    return NONE
  }

  #nearest(group: Group, direction: 0 | 1, packet: FlowPacket): number {
    let nearest = NONE
    let least = FAR
    for (const life of group.lives) {
      if (!this.#isEligible(life, packet)) continue
      const distance = this.#numbers.distance(life, this.#groups.direction(group, life, direction), packet)
      if (distance === FAR || distance > least) continue
      nearest = life
      least = distance
    }
    this.#leastDistance = least
    return nearest
  }

  // What was kept is a connection: the one that it fits in one direction while the other jumped, the one that began with a
  // segment which nothing confirmed, or another.
  #confirm(group: Group, candidate: Candidate, direction: 0 | 1, packet: FlowPacket): number {
    let life = this.#jumpedLife(group, candidate, packet)
    if (life === NONE) life = this.#unconfirmedLife(group, packet)
    if (life === NONE) {
      const [first] = candidate.packets
      const anchor = latest(group)
      this.#makeRoom(group, anchor)
      const srcHalf = 2 * anchor + this.#groups.direction(group, anchor, first!.side)
      life = this.#rows.openLike(srcHalf, first!.packet)
      this.#groups.add(group, life, this.#index.side, first!.side)
    }
    this.#candidates.handOver(group, candidate, life)
    this.side = this.#groups.direction(group, life, direction)
    this.#groups.noteSuccessor(group, life)
    this.#groups.tidy(group)
    return life
  }

  #jumpedLife(group: Group, candidate: Candidate, packet: FlowPacket): number {
    const first = candidate.packets[0]!
    const isSyn = (first.packet.tcpFlags & TcpFlag.SYN) !== 0
    for (const life of group.lives.toReversed()) {
      if (!this.#isEligible(life, packet) || this.#table.flags[life]! & ConnectionFlag.CLOSED) continue
      const [a, b] = ([0, 1] as const).map((direction) => {
        const start = candidate.startOf(direction)
        const half = 2 * life + this.#groups.direction(group, life, direction)
        const isOtherIsn = isSyn && direction === first.side
        const isKnown = start !== null && !isOtherIsn && this.#numbers.isKnown(half, start)
        return { start, half, isKnown }
      })
      if (a === undefined || b === undefined || a.isKnown === b.isKnown) continue
      const jumped = a.isKnown ? b : a
      if (jumped.start !== null && this.#tcp.jump(jumped.half, jumped.start, isSyn)) return life
    }
    return NONE
  }

  #unconfirmedLife(group: Group, packet: FlowPacket): number {
    for (const life of group.lives) {
      if (this.#isEligible(life, packet) && this.#tcp.restart(life)) return life
    }
    return NONE
  }

  #open(bytes: Uint8Array, packet: FlowPacket): number {
    const connection = this.#rows.open(bytes, packet)
    this.side = this.#index.side
    return connection
  }

  #openIn(group: Group, direction: 0 | 1, packet: FlowPacket): number {
    this.#makeRoom(group, NONE)
    const anchor = latest(group)
    const srcHalf = 2 * anchor + this.#groups.direction(group, anchor, direction)
    const connection = this.#rows.openLike(srcHalf, packet)
    this.side = this.#index.side
    this.#groups.add(group, connection, this.side, direction)
    return connection
  }

  #makeRoom(group: Group, keep: number): void {
    const victim = this.#groups.victim(group, keep)
    if (victim !== NONE) this.#rows.finish(victim, 'reuse')
  }

  // Forgets what nothing can belong to at this time. A candidate needs a connection beside it.
  #expire(group: Group, tsSec: number, tsNsec: number): void {
    for (const candidate of [...group.candidates]) {
      if (this.#isOver(candidate, tsSec, tsNsec)) this.#candidates.drop(group, candidate)
    }
    for (const life of [...group.lives]) {
      if (group.candidates.length > 0 && life === latest(group)) continue
      if (this.#times.isOver(life, tsSec, tsNsec)) this.#rows.finish(life, 'timeout')
    }
  }

  #isEligible(life: number, { tsSec, tsNsec }: FlowPacket): boolean {
    return this.#table.flags[life]! & ConnectionFlag.CLOSED
      ? !this.#times.isAfterClose(life, tsSec, tsNsec)
      : !this.#times.isIdle(life, tsSec, tsNsec)
  }

  #isOver(candidate: Candidate, tsSec: number, tsNsec: number): boolean {
    return this.#times.isTooLong(tsSec - candidate.lastSec + (tsNsec - candidate.lastNsec) / 1e9)
  }
}
