import { Outside } from '../stream/outside.js'
import { TcpFlag } from '../wire/tcp.js'
import { Candidate, type CandidateMatch } from './candidate.js'
import { NONE } from './connection-table.js'
import type { FlowPacket } from './flow-packet.js'
import type { KeptPackets } from './kept-packets.js'
import { type Group, type LifeGroups, latest } from './life-groups.js'
import type { LifeTags } from './life-tags.js'
import type { TcpTracker } from './tcp-tracker.js'

/** Candidates that one 5-tuple may have at once. */
const MAX_CANDIDATES = 4

/** What is done with a packet of a connection, whose payload is in `bytes`. */
type PacketAction = (connection: number, side: 0 | 1, bytes: Uint8Array, packet: FlowPacket) => void

/** Who gets the packets of connections. */
export interface PacketTaker {
  /** One that is the connection's. */
  readonly take: PacketAction
  /** One that is counted to the connection, but is not of its streams. */
  readonly count: PacketAction
}

/** The connection of a group that a packet fits; `NONE`: it fits none. */
type FindLife = (group: Group, direction: 0 | 1, packet: FlowPacket) => number

/** Keeps the packets of candidates, and hands them on: to the connection that they are of, or to be counted. */
export class Candidates {
  readonly #groups: LifeGroups
  readonly #tcp: TcpTracker
  readonly #tags: LifeTags
  readonly #kept: KeptPackets
  readonly #taker: PacketTaker
  readonly #findLife: FindLife
  /** Times that candidates were dropped because there was no memory for more. */
  memoryHits = 0

  constructor(
    groups: LifeGroups,
    tcp: TcpTracker,
    tags: LifeTags,
    kept: KeptPackets,
    taker: PacketTaker,
    findLife: FindLife,
  ) {
    this.#groups = groups
    this.#tcp = tcp
    this.#tags = tags
    this.#kept = kept
    this.#taker = taker
    this.#findLife = findLife
  }

  /** The candidate that a packet confirms, or null. */
  confirmedBy(group: Group, direction: 0 | 1, packet: FlowPacket): Candidate | null {
    return this.#first(group, direction, packet, (match) => match === 'confirmed')
  }

  /** The candidate that a packet is near to, or null. */
  near(group: Group, direction: 0 | 1, packet: FlowPacket): Candidate | null {
    return this.#first(group, direction, packet, (match) => match !== 'no')
  }

  /** Keeps a packet with a candidate. Returns false where that has no room for it, and was dropped. */
  join(group: Group, candidate: Candidate, direction: 0 | 1, bytes: Uint8Array, packet: FlowPacket): boolean {
    const { isFull } = this.#kept
    if (isFull) this.#touch(group)
    else if (candidate.hasRoom(direction, packet)) {
      candidate.add(this.#kept.keep(direction, bytes, packet))
      return true
    }
    this.drop(group, candidate)
    return false
  }

  /** Keeps a packet as the first of a candidate, where it has something to confirm; otherwise counts it. */
  begin(group: Group, direction: 0 | 1, bytes: Uint8Array, packet: FlowPacket): void {
    const { originalPayloadBytes, tcpFlags } = packet
    const hasContent = originalPayloadBytes > 0 || (tcpFlags & (TcpFlag.SYN | TcpFlag.FIN)) !== 0
    const canBegin = hasContent && (tcpFlags & TcpFlag.RST) === 0
    if (canBegin && this.#kept.isFull) {
      this.#touch(group)
      this.dropAll(group)
    }
    if (!canBegin || this.#kept.isFull) {
      this.#countStray(group, direction, bytes, packet)
      return
    }
    if (group.candidates.length >= MAX_CANDIDATES) this.drop(group, group.candidates[0]!)
    const candidate = new Candidate()
    candidate.add(this.#kept.keep(direction, bytes, packet))
    group.candidates.push(candidate)
  }

  /** Hands the packets of a candidate to the connection that they are of. */
  handOver(group: Group, candidate: Candidate, connection: number): void {
    withdraw(group, candidate)
    for (const kept of candidate.packets) {
      const side = this.#groups.direction(group, connection, kept.side)
      this.#taker.take(connection, side, this.#kept.take(kept), kept.packet)
    }
  }

  /** Counts the packets of all candidates: nothing confirms them any more. */
  dropAll(group: Group): void {
    for (const candidate of [...group.candidates]) this.drop(group, candidate)
  }

  /** The same of one. What fits a connection by now is that one's: what came before it was captured late. */
  drop(group: Group, candidate: Candidate): void {
    withdraw(group, candidate)
    for (const kept of candidate.packets) {
      const { packet } = kept
      const bytes = this.#kept.take(kept)
      const life = this.#findLife(group, kept.side, packet)
      if (life === NONE) this.#countStray(group, kept.side, bytes, packet)
      else this.#taker.take(life, this.#groups.direction(group, life, kept.side), bytes, packet)
    }
  }

  // There was no memory for more.
  #touch(group: Group): void {
    this.memoryHits += 1
    for (const life of group.lives) this.#tcp.touch(life)
  }

  // The first candidate that a packet matches so, of its network if there is one.
  #first(
    { candidates }: Group,
    direction: 0 | 1,
    packet: FlowPacket,
    isWanted: (match: CandidateMatch) => boolean,
  ): Candidate | null {
    const found = candidates.filter((candidate) => isWanted(candidate.match(direction, packet)))
    if (found.length < 2) return found[0] ?? null
    const tag = this.#tags.of(packet.encapId)
    const isOwn = ({ packets }: Candidate) =>
      packets.some((kept) => kept.side === direction && this.#tags.of(kept.packet.encapId) === tag)
    return found.find(isOwn) ?? found[0]!
  }

  // A packet that belongs to nothing counts to the latest connection; its payload is outside.
  #countStray(group: Group, direction: 0 | 1, bytes: Uint8Array, packet: FlowPacket): void {
    const life = latest(group)
    const side = this.#groups.direction(group, life, direction)
    this.#taker.count(life, side, bytes, packet)
    const kind = packet.tcpFlags & TcpFlag.RST ? Outside.RESET_TEXT : Outside.UNCONFIRMED
    this.#tcp.countOutside(2 * life + side, kind, packet.payloadBytes)
  }
}

function withdraw(group: Group, candidate: Candidate): void {
  group.candidates.splice(group.candidates.indexOf(candidate), 1)
}
