import { type ConnectionSink, PacketRole } from '../flow/connection-sink.js'
import type { ConnectionTable } from '../flow/connection-table.js'
import type { FlowPacket } from '../flow/flow-packet.js'
import { PlaceReader } from '../flow/packet-place.js'
import { HalfSeen } from '../stream/half-streams.js'
import { seqDiff } from '../stream/seq.js'

/** What became of bytes. */
export type Fate = 'delivered' | 'gap' | 'repeated' | 'conflicting' | 'outside' | 'held'

/** Bytes of one direction. */
export interface FateRange {
  readonly fate: Fate
  readonly side: 0 | 1
  /** Where they stand in their stream; null: not there. */
  readonly offset: number | null
  readonly bytes: number
}

/** One packet of a connection, and what it brought. */
export interface ExplainedPacket {
  readonly input: number
  readonly position: number
  readonly index: number
  readonly tsSec: number
  readonly tsNsec: number
  readonly isNanosecond: boolean
  readonly side: 0 | 1
  readonly isTcp: boolean
  readonly tcpFlags: number
  readonly seq: number
  readonly ack: number
  readonly payloadBytes: number
  /** Where its payload stands in the stream of its side; null: that is not known. */
  readonly offset: number | null
  readonly role: number
  readonly fates: readonly FateRange[]
}

/** Watches a connection that is read again, packet by packet. */
export class Explanation implements Partial<ConnectionSink> {
  // Invariant: #packet is the latest one, whose fates are in #fates as far as they are known; #before are its side's counts.
  readonly #table: ConnectionTable
  readonly #take: (packet: ExplainedPacket) => void
  readonly #place = new PlaceReader()
  readonly #next = [0, 0]
  #packet: Omit<ExplainedPacket, 'fates'> | null = null
  #fates: FateRange[] = []
  #half = 0
  #before = [0, 0, 0, 0]

  /** @param take Called with each packet, when it is known what became of it. */
  constructor(table: ConnectionTable, take: (packet: ExplainedPacket) => void) {
    this.#table = table
    this.#take = take
  }

  packet(connection: number, side: 0 | 1, _bytes: Uint8Array, packet: FlowPacket, role: number): void {
    this.#end()
    const { tsSec, tsNsec, isNanosecond, tcpFlags, seq, ack, payloadBytes } = packet
    this.#place.read(packet)
    const { input, position, index } = this.#place
    const half = 2 * connection + side
    const isTcp = this.#table.protocol[connection] === 6
    const offset = isTcp ? this.#offsetOf(half, packet) : this.#next[side]!
    const time = { tsSec, tsNsec, isNanosecond }
    const numbers = { isTcp, tcpFlags, seq: seq >>> 0, ack: ack >>> 0, payloadBytes, offset }
    this.#packet = { input, position, index, ...time, side, ...numbers, role }
    this.#half = half
    this.#before = this.#counts()
    if (role === PacketRole.MEMBER) return
    // It was counted before it was told of.
    if (payloadBytes > 0) this.#fates.push({ fate: 'outside', side, offset: null, bytes: payloadBytes })
    this.#end()
  }

  data(half: number, _bytes: Uint8Array, from: number, to: number): void {
    this.#add('delivered', half, to - from)
  }

  gap(half: number, _streamOffset: number, length: number): void {
    this.#add('gap', half, length)
  }

  finished(): void {
    this.#end()
  }

  #add(fate: Fate, half: number, bytes: number): void {
    const side = (half & 1) as 0 | 1
    const offset = this.#next[side]!
    this.#next[side] = offset + bytes
    const last = this.#fates.at(-1)
    if (last?.fate === fate && last.side === side)
      this.#fates[this.#fates.length - 1] = { ...last, bytes: last.bytes + bytes }
    else if (bytes > 0) this.#fates.push({ fate, side, offset, bytes })
  }

  #offsetOf(half: number, { seq, tcpFlags }: FlowPacket): number | null {
    const { halfSeen, nextOffset, nextSeq } = this.#table
    if ((halfSeen[half]! & HalfSeen.STARTED) === 0) return 0
    const isSyn = (tcpFlags & 2) !== 0
    return nextOffset[half]! + seqDiff(seq, nextSeq[half]!) + (isSyn ? 1 : 0)
  }

  #counts(): number[] {
    const { payloadBytes, repeatedBytes, conflictBytes, outsideBytes } = this.#table
    const half = this.#half
    return [payloadBytes[half]!, repeatedBytes[half]!, conflictBytes[half]!, outsideBytes[half]!]
  }

  #end(): void {
    const packet = this.#packet
    if (packet === null) return
    if (packet.role === PacketRole.MEMBER) {
      const [delivered, repeated, conflicting, outside] = this.#counts().map(
        (count, i) => count - this.#before[i]!,
      )
      const { side, offset, payloadBytes } = packet
      const held = payloadBytes - delivered! - repeated! - conflicting! - outside!
      const own = [
        ['repeated', repeated!],
        ['conflicting', conflicting!],
        ['outside', outside!],
        ['held', held],
      ] as const
      for (const [fate, bytes] of own) if (bytes > 0) this.#fates.push({ fate, side, offset, bytes })
    }
    this.#take({ ...packet, fates: this.#fates })
    this.#packet = null
    this.#fates = []
  }
}
