import type { RecordPlace } from '../capture/record-place.js'
import { type ConnectionSink, PacketRole } from '../flow/connection-sink.js'
import type { ConnectionTable } from '../flow/connection-table.js'
import type { FlowPacket } from '../flow/flow-packet.js'
import { PlaceReader } from '../flow/packet-place.js'
import { HalfSeen } from '../stream/half-streams.js'
import { Outside } from '../stream/outside.js'
import { seqAdd, seqDiff } from '../stream/seq.js'
import { Again } from '../stream/sink.js'
import { type FateRange, type Range, reasonOf, without } from './fates.js'

const TCP = 6
const SCTP = 132
const SYN = 2
const TWO_32 = 2 ** 32

/** The record of a packet. */
export type PacketRecord = Pick<RecordPlace, 'input' | 'position'>

/** One packet of a connection, and what it brought. */
export interface ExplainedPacket extends PacketRecord {
  /** Which packet of its frame. */
  readonly index: number
  readonly tsSec: number
  readonly tsNsec: number
  readonly isNanosecond: boolean
  /** Who sent it; of an ICMP error who sent what it quotes. */
  readonly side: 0 | 1
  readonly isTcp: boolean
  readonly tcpFlags: number
  readonly seq: number
  readonly ack: number
  readonly payloadBytes: number
  /** Where its payload stands in the stream of its side; null: that is not known. */
  readonly offset: number | null
  /** One of `PacketRole`. */
  readonly role: number
  /** It is an ICMP error that quotes a packet of the connection. */
  readonly isError: boolean
  /** Records of the fragments that it was put together from, without its own. */
  readonly fragments: readonly PacketRecord[]
  /** True when it had more. */
  readonly isCut: boolean
  readonly fates: readonly FateRange[]
}

/** A packet whose fates are gathered. Offsets are those of a stream that begins at the sequence number `origin`. */
interface Row {
  readonly packet: Omit<ExplainedPacket, 'fates'>
  readonly half: number
  readonly origin: number
  readonly fates: FateRange[]
  readonly seen: Range[]
  readonly different: Range[]
  /** Of SCTP: user data of the half-stream before it; null: its payload is not in chunks. */
  readonly before: number | null
  /** Its stream began elsewhere: offsets mean nothing. */
  isLost: boolean
}

/**
 * Watches a connection that is read again, packet by packet. Where a stream begins may be known only after some of its
 * packets: these wait for it.
 */
export class Explanation implements Partial<ConnectionSink> {
  // Invariant: #rows are packets that were not handed over yet, in order; the last one is the latest.
  readonly #table: ConnectionTable
  readonly #take: (packet: ExplainedPacket) => void
  readonly #place = new PlaceReader()
  readonly #next = [0, 0]
  #rows: Row[] = []

  /** @param take Called with each packet, when it is known what became of it. */
  constructor(table: ConnectionTable, take: (packet: ExplainedPacket) => void) {
    this.#table = table
    this.#take = take
  }

  packet(connection: number, side: 0 | 1, _bytes: Uint8Array, packet: FlowPacket, role: number): void {
    this.#handOver(false)
    const { tsSec, tsNsec, isNanosecond, tcpFlags, seq, ack } = packet
    const place = this.#place
    place.read(packet)
    const { input, position, index, fragments, isCut } = place
    const half = 2 * connection + side
    const isError = role === PacketRole.ERROR
    const isTcp = this.#table.protocol[connection] === TCP && !isError
    const payloadBytes = isError ? 0 : packet.payloadBytes
    // A packet of no connection has other numbers.
    const offset =
      role === PacketRole.OUTSIDE ? null : isTcp ? this.#offsetOf(half, packet) : this.#next[side]!
    const origin = isTcp ? this.#originOf(half, packet) : 0
    const time = { tsSec, tsNsec, isNanosecond }
    const numbers = { isTcp, tcpFlags, seq: seq >>> 0, ack: ack >>> 0, payloadBytes, offset }
    const at = { input, position, index, fragments, isCut }
    this.#rows.push({
      packet: { ...at, ...time, side, ...numbers, role, isError },
      half,
      origin,
      fates: [],
      seen: [],
      different: [],
      before:
        this.#table.protocol[connection] === SCTP && role === PacketRole.MEMBER
          ? this.#table.capturedBytes[half]!
          : null,
      isLost: false,
    })
  }

  data(half: number, _bytes: Uint8Array, from: number, to: number): void {
    this.#move('delivered', half, to - from)
  }

  gap(half: number, _streamOffset: number, length: number): void {
    this.#move('gap', half, length)
  }

  fate(half: number, kind: number, streamOffset: number, bytes: number): void {
    const row = this.#rows.at(-1)
    if (row === undefined) return
    if (Number.isNaN(streamOffset)) {
      if (kind === Again.SEEN || kind === Again.DIFFERENT) {
        this.#tellAgain(row, half, kind, bytes)
        return
      }
      this.#lose(row, half, kind)
      row.fates.push({ fate: 'outside', side: sideOf(half), offset: null, bytes, reason: reasonOf(kind) })
      return
    }
    // Its own bytes are told in the numbers that it came with.
    const from = half === row.half ? streamOffset + this.#movedSince(row) : streamOffset
    if (kind === Again.SEEN) row.seen.push({ from, to: from + bytes })
    else if (kind === Again.DIFFERENT) row.different.push({ from, to: from + bytes })
    else row.fates.push({ fate: 'outside', side: sideOf(half), offset: from, bytes, reason: reasonOf(kind) })
  }

  finished(): void {
    this.#handOver(true)
  }

  // Bytes that were seen before, of which it is not known yet where they are.
  #tellAgain({ fates }: Row, half: number, kind: number, bytes: number): void {
    const range = { side: sideOf(half), offset: null, bytes }
    const seen = fates.at(-1)
    if (kind === Again.SEEN || seen === undefined) {
      fates.push({ fate: 'repeated', ...range })
      return
    }
    fates.pop()
    if (seen.bytes > bytes) fates.push({ ...seen, bytes: seen.bytes - bytes })
    fates.push({ fate: 'conflicting', ...range })
  }

  #move(fate: 'delivered' | 'gap', half: number, bytes: number): void {
    const side = sideOf(half)
    const from = this.#next[side]!
    this.#next[side] = from + bytes
    const row = this.#rows.at(-1)
    if (row === undefined || bytes === 0) return
    const isOwn = half === row.half && row.packet.isTcp
    const offset = isOwn ? from + this.#movedSince(row) : from
    const last = row.fates.at(-1)
    if (last?.fate === fate && last.side === side)
      row.fates[row.fates.length - 1] = { ...last, bytes: last.bytes + bytes }
    else row.fates.push({ fate, side, offset, bytes })
  }

  // What was held of the half-stream has no place any more: it begins again, with the latest packet or a later one.
  #lose(latest: Row, half: number, kind: number): void {
    if (latest.packet.role === PacketRole.OUTSIDE) return
    for (const row of this.#rows)
      if (row.half === half && !(row === latest && kind === Outside.KEEP_ALIVE)) row.isLost = true
  }

  #offsetOf(half: number, { seq, tcpFlags }: FlowPacket): number {
    const { halfSeen, nextOffset, nextSeq } = this.#table
    if ((halfSeen[half]! & HalfSeen.STARTED) === 0) return 0
    return nextOffset[half]! + seqDiff(seq, nextSeq[half]!) + ((tcpFlags & SYN) === 0 ? 0 : 1)
  }

  // The sequence number at which the half-stream begins, as far as that is known.
  #originOf(half: number, packet: FlowPacket | null): number {
    const { halfSeen, nextOffset, nextSeq } = this.#table
    if ((halfSeen[half]! & HalfSeen.STARTED) !== 0)
      return seqAdd(nextSeq[half]!, -(nextOffset[half]! % TWO_32))
    return packet === null ? 0 : seqAdd(packet.seq, (packet.tcpFlags & SYN) === 0 ? 0 : 1)
  }

  // How much lower offsets were that are told now, when the packet came.
  #movedSince(row: Row): number {
    return row.packet.isTcp ? seqDiff(this.#originOf(row.half, null), row.origin) : 0
  }

  // Hands packets over, in order, as far as it is known where their streams begin.
  #handOver(isEnd: boolean): void {
    let done = 0
    for (const row of this.#rows) {
      if (!isEnd && this.#mustWait(row)) break
      this.#take(this.#explained(row))
      done += 1
    }
    this.#rows = this.#rows.slice(done)
  }

  #mustWait({ packet, half, isLost }: Row): boolean {
    if (isLost || !packet.isTcp || packet.payloadBytes === 0 || packet.offset === null) return false
    const seen = this.#table.halfSeen[half]!
    return (seen & HalfSeen.STARTED) === 0 || (seen & HalfSeen.UNSETTLED) !== 0
  }

  #explained(row: Row): ExplainedPacket {
    const { packet, half, isLost } = row
    const { offset } = packet
    const isPlaced = !isLost && (this.#table.halfSeen[half]! & HalfSeen.STARTED) !== 0
    const shift = packet.isTcp && isPlaced ? -this.#movedSince(row) : 0
    const place = <T extends { readonly offset: number | null }>(range: T): T =>
      isLost
        ? { ...range, offset: null }
        : { ...range, offset: range.offset === null ? null : range.offset + shift }
    const own = (range: FateRange) => (range.side === packet.side ? place(range) : range)
    if (row.before !== null) return this.#explainedChunks(row, this.#table.capturedBytes[half]! - row.before)
    return { ...packet, ...(packet.isTcp ? place({ offset }) : {}), fates: this.#fatesOf(row).map(own) }
  }

  // A packet with chunks that have so many bytes of user data. What neither was delivered nor is told is held.
  #explainedChunks({ packet, fates, seen, different }: Row, payloadBytes: number): ExplainedPacket {
    const { side } = packet
    const ranges = (all: readonly Range[], fate: FateRange['fate']) =>
      all.map(({ from, to }) => ({ fate, side, offset: from, bytes: to - from }))
    const repeated = seen.flatMap((range) => without(range, different))
    const again = [...ranges(repeated, 'repeated'), ...ranges(different, 'conflicting')]
    const told = [...fates, ...again.sort((a, b) => a.offset - b.offset)]
    const own = told.filter((range) => range.side === side && range.fate !== 'gap')
    const held = payloadBytes - own.reduce((sum, { bytes }) => sum + bytes, 0)
    if (held > 0) told.push({ fate: 'held', side, offset: null, bytes: held })
    return { ...packet, payloadBytes, fates: told }
  }

  #fatesOf({ packet, fates, seen, different }: Row): FateRange[] {
    const { side, offset, payloadBytes, role } = packet
    if (role === PacketRole.COPY) return [{ fate: 'duplicate', side, offset, bytes: payloadBytes }]
    if (role !== PacketRole.MEMBER || offset === null) return fates
    const rangesOf = (ranges: readonly Range[], fate: FateRange['fate']) =>
      ranges.map(({ from, to }) => ({ fate, side, offset: from, bytes: to - from }))
    const own = fates.filter((range) => range.side === side)
    const outside = placesOf(own.filter(({ fate }) => fate === 'outside'))
    const known = placesOf(own)
    const repeated = seen.flatMap((range) => without(range, [...different, ...outside]))
    const isNowhere = own.some((range) => range.offset === null)
    const held = isNowhere ? [] : without({ from: offset, to: offset + payloadBytes }, [...known, ...seen])
    const others = [
      ...rangesOf(repeated, 'repeated'),
      ...rangesOf(different, 'conflicting'),
      ...rangesOf(held, 'held'),
    ]
    return [...fates, ...others.sort((a, b) => a.offset - b.offset)]
  }
}

function placesOf(ranges: readonly FateRange[]): Range[] {
  return ranges.flatMap(({ offset, bytes }) =>
    offset === null ? [] : [{ from: offset, to: offset + bytes }],
  )
}

function sideOf(half: number): 0 | 1 {
  return (half & 1) as 0 | 1
}
