import { TcpFlag } from '../wire/tcp.js'
import type { Candidate } from './candidate.js'
import { Candidates, type PacketTaker } from './candidates.js'
import type { ConnectionRows } from './connection-rows.js'
import { ConnectionFlag, type ConnectionTable, NONE } from './connection-table.js'
import type { ConnectionTimes } from './connection-times.js'
import type { FlowIndex } from './flow-index.js'
import type { FlowPacket } from './flow-packet.js'
import type { KeptPackets } from './kept-packets.js'
import { type Group, type LifeGroups, latest } from './life-groups.js'
import type { LifeTags } from './life-tags.js'
import { Fit, type TcpNumbers } from './tcp-numbers.js'
import type { TcpTracker } from './tcp-tracker.js'

/**
 * The lives of one TCP 5-tuple: a port that is used again, a half-open connection and its successor, both sides of a
 * firewall that rewrites numbers, two tenants. A packet belongs to the one that both of its numbers fit; of several to one of
 * its network, to the one where it goes on exactly, or else to the latest. What fits none is a candidate until the peer acknowledges exactly its end, or a
 * segment goes on exactly there.
 */
export class TcpLives {
  readonly #table: ConnectionTable
  readonly #index: FlowIndex
  readonly #rows: ConnectionRows
  readonly #times: ConnectionTimes
  readonly #numbers: TcpNumbers
  readonly #tcp: TcpTracker
  readonly #groups: LifeGroups
  readonly #tags: LifeTags
  readonly #candidates: Candidates
  /** How the latest packet fits the connection that was found for it, no more than `NEAR` where that is of another network. */
  #bestFit: number = Fit.NO
  /** Side of the connection that `route` returned which sent the packet. */
  side: 0 | 1 = 0

  constructor(
    table: ConnectionTable,
    index: FlowIndex,
    rows: ConnectionRows,
    times: ConnectionTimes,
    numbers: TcpNumbers,
    tcp: TcpTracker,
    groups: LifeGroups,
    tags: LifeTags,
    kept: KeptPackets,
    taker: PacketTaker,
  ) {
    this.#table = table
    this.#index = index
    this.#rows = rows
    this.#times = times
    this.#numbers = numbers
    this.#tcp = tcp
    this.#groups = groups
    this.#tags = tags
    this.#candidates = new Candidates(groups, tcp, tags, kept, taker, (group, direction, packet) =>
      this.#find(group, direction, packet),
    )
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
      if (this.#isEligible(found, packet) && this.#numbers.fit(found, side, packet) !== Fit.NO) {
        this.side = side
        return found
      }
      return this.#routeOther(this.#groups.make(found), side, bytes, packet)
    }
    const direction = this.#groups.direction(group, found, side)
    this.#expire(group, tsSec, tsNsec)
    if (group.lives.length === 0) return this.#open(bytes, packet)
    const life = this.#find(group, direction, packet)
    if (this.#bestFit !== Fit.NEXT && group.candidates.length > 0) {
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
    const isOpening = (packet.tcpFlags & (TcpFlag.SYN | TcpFlag.ACK)) === TcpFlag.SYN
    // A SYN is confirmed like all else where a connection is open, and packets where one is that they could be of.
    const needsProof = group.lives.some(
      (life) => this.#isEligible(life, packet) && !(isOpening && this.#isClosed(life)),
    )
    const candidate = this.#candidates.near(group, direction, packet)
    if (!needsProof) {
      if (candidate !== null) return this.#confirm(group, candidate, direction, packet)
      const connection = this.#openIn(group, direction, packet)
      this.side = this.#groups.direction(group, connection, direction)
      this.#groups.tidy(group)
      return connection
    }
    if (candidate === null || !this.#candidates.join(group, candidate, direction, bytes, packet)) {
      this.#candidates.begin(group, direction, bytes, packet)
      this.#groups.tidy(group)
    }
    return NONE
  }

  // The connection that a packet fits best, of several the latest; `NONE`: it fits none.
  #find(group: Group, direction: 0 | 1, packet: FlowPacket): number {
    let found = NONE
    let foundRank: number = Fit.NO
    this.#bestFit = Fit.NO
    const tag = this.#tags.of(packet.encapId)
    for (let i = group.lives.length - 1; i >= 0; i--) {
      const life = group.lives[i]!
      if (!this.#isEligible(life, packet)) continue
      const side = this.#groups.direction(group, life, direction)
      const fit = this.#numbers.fit(life, side, packet)
      const isOwn = this.#tags.has(2 * life + side, tag)
      const rank = isOwn && fit !== Fit.NO ? fit + Fit.NEXT : fit
      if (rank <= foundRank) continue
      found = life
      foundRank = rank
      this.#bestFit = isOwn ? fit : Fit.NEAR
    }
    return found
  }

  // What was kept is a connection: one that it fits by now, the one that began with a segment which nothing confirmed, the
  // one that it fits in one direction while the other jumped, or another.
  #confirm(group: Group, candidate: Candidate, direction: 0 | 1, packet: FlowPacket): number {
    let life = candidate.isOpening ? NONE : this.#knownLife(group, candidate, direction, packet)
    const [first] = candidate.packets
    if (life === NONE) life = this.#openIn(group, first!.side, first!.packet)
    this.#candidates.handOver(group, candidate, life)
    this.side = this.#groups.direction(group, life, direction)
    this.#groups.noteSuccessor(group, life)
    this.#groups.tidy(group)
    return life
  }

  #knownLife(group: Group, candidate: Candidate, direction: 0 | 1, packet: FlowPacket): number {
    for (const kept of candidate.packets) {
      const life = this.#find(group, kept.side, kept.packet)
      if (life !== NONE) return life
    }
    const possible = group.lives.filter(
      (life) =>
        this.#isEligible(life, packet) && !this.#isOfOtherNetwork(group, life, candidate, direction, packet),
    )
    for (const life of possible) if (this.#tcp.restart(life)) return life
    for (const life of possible.toReversed()) {
      if (this.#isClosed(life)) continue
      if (this.#jump(group, candidate, life)) return life
    }
    return NONE
  }

  // True when a candidate, or the packet that confirms it, was seen in another network than a connection.
  #isOfOtherNetwork(
    group: Group,
    life: number,
    candidate: Candidate,
    direction: 0 | 1,
    { encapId }: FlowPacket,
  ): boolean {
    const isOther = (at: 0 | 1, id: number) =>
      this.#tags.isOther(2 * life + this.#groups.direction(group, life, at), this.#tags.of(id))
    return (
      isOther(direction, encapId) || candidate.packets.some((kept) => isOther(kept.side, kept.packet.encapId))
    )
  }

  // Lets a connection go on where a candidate is, if only one direction jumped.
  #jump(group: Group, candidate: Candidate, life: number): boolean {
    let jumped = NONE
    let start = 0
    for (const direction of [0, 1] as const) {
      const half = 2 * life + this.#groups.direction(group, life, direction)
      const seq = candidate.startOf(direction)
      if (seq === null || (this.#numbers.isNear(half, seq) && !candidate.hasSyn(direction))) continue
      // One side's word alone does not make the other's SYN jump.
      if (jumped !== NONE || !(candidate.hasSegments(direction) || this.#tcp.isAnswered(half))) return false
      jumped = half
      start = seq
    }
    if (jumped === NONE) return false
    const side = (jumped & 1) as 0 | 1
    return this.#tcp.jump(jumped, start, candidate.hasSyn(this.#groups.direction(group, life, side)))
  }

  #open(bytes: Uint8Array, packet: FlowPacket): number {
    const connection = this.#rows.open(bytes, packet)
    this.side = this.#index.side
    return connection
  }

  #openIn(group: Group, direction: 0 | 1, packet: FlowPacket): number {
    const victim = this.#groups.victim(group)
    if (victim !== NONE) this.#rows.finish(victim, 'reuse')
    const anchor = latest(group)
    const srcHalf = 2 * anchor + this.#groups.direction(group, anchor, direction)
    const connection = this.#rows.openLike(srcHalf, packet)
    this.#groups.add(group, connection, this.#index.side, direction)
    return connection
  }

  // Forgets what nothing can belong to at this time. A candidate needs a connection beside it.
  #expire(group: Group, tsSec: number, tsNsec: number): void {
    for (let i = group.candidates.length - 1; i >= 0; i--) {
      const candidate = group.candidates[i]!
      if (this.#isOver(candidate, tsSec, tsNsec)) this.#candidates.drop(group, candidate)
    }
    for (let i = 0; i < group.lives.length; ) {
      const life = group.lives[i]!
      const isNeeded = group.candidates.length > 0 && life === latest(group)
      if (!isNeeded && this.#times.isOver(life, tsSec, tsNsec)) this.#rows.finish(life, 'timeout')
      else i += 1
    }
  }

  #isClosed(life: number): boolean {
    return (this.#table.flags[life]! & ConnectionFlag.CLOSED) !== 0
  }

  #isEligible(life: number, { tsSec, tsNsec }: FlowPacket): boolean {
    return this.#isClosed(life)
      ? !this.#times.isAfterClose(life, tsSec, tsNsec)
      : !this.#times.isIdle(life, tsSec, tsNsec)
  }

  #isOver(candidate: Candidate, tsSec: number, tsNsec: number): boolean {
    const idleSec = tsSec - candidate.lastSec + (tsNsec - candidate.lastNsec) / 1e9
    return this.#times.isTooLong(idleSec) || (candidate.hasReset && this.#times.isTooLate(idleSec))
  }
}
