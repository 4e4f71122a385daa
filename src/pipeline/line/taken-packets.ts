import type { Config } from '../../config/config.js'
import type { ConnectionTable } from '../../flow/connection-table.js'
import { Copies } from '../../flow/copies.js'
import type { CopyFinder } from '../../flow/copy-finder.js'
import { blankFlowQuote, type FlowPacket } from '../../flow/flow-packet.js'
import { KnownCopies } from '../../flow/known-copies.js'
import { type PacketLog, RecentPackets } from '../../flow/recent-packets.js'
import type { Selection } from '../../output/selection.js'
import type { RecordLog } from '../../ring/record-log.js'
import type { RingConsumer } from '../../ring/record-ring.js'
import { hasNumbersOf, RecordKind, readIcmpError, readPacket, recordKind } from './descriptor.js'

/** The packets that a worker has taken: their records are in its ring, or in the log of what is freed there. */
export class TakenPackets implements PacketLog {
  readonly #ring: RingConsumer
  readonly #log: RecordLog
  readonly #quote = blankFlowQuote()
  /** Where `#find` found a record. */
  #words: Uint32Array
  #at = 0

  constructor(ring: RingConsumer, log: RecordLog) {
    this.#ring = ring
    this.#log = log
    this.#words = ring.words
  }

  forgetTo(row: number): void {
    this.#log.forgetTo(row)
  }

  hasPacket(row: number): boolean {
    this.#find(row)
    const kind = recordKind(this.#words, this.#at)
    return kind === RecordKind.PACKET || kind === RecordKind.ICMP_ERROR
  }

  isAlike(row: number, packet: FlowPacket): boolean {
    this.#find(row)
    return hasNumbersOf(this.#words, this.#at, packet)
  }

  read(row: number, out: FlowPacket): void {
    this.#find(row)
    if (recordKind(this.#words, this.#at) === RecordKind.PACKET) {
      readPacket(this.#words, this.#at, out)
      return
    }
    readIcmpError(this.#words, this.#at, this.#quote)
    Object.assign(out, this.#quote.error)
  }

  #find(row: number): void {
    const isFreed = ((row - this.#log.to) | 0) < 0
    this.#words = isFreed ? this.#log.words : this.#ring.words
    this.#at = isFreed ? this.#log.indexOf(row) : this.#ring.indexOf(row)
  }
}

/** What finds copies: for `--dedup` among the packets of a ring, which has a log, or those that are known; undefined: nothing does. */
export function copiesOf(
  { dedup, limits }: Config,
  table: ConnectionTable,
  ring: RingConsumer,
  selection: Selection | null,
): CopyFinder | undefined {
  if (selection?.isCopy !== undefined) return new KnownCopies(table, selection.isCopy)
  if (dedup === 'off' || ring.log === null) return undefined
  return new Copies(table, new RecentPackets(dedup, limits.recentPackets, new TakenPackets(ring, ring.log)))
}
