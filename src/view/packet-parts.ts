import type { ArchiveConnections } from '../archive/archive-connections.js'
import type { Explained, Frame } from '../archive/explained.js'
import { becameOf, flagLetters, frameTime, OF_DATAGRAM } from '../archive/explained-words.js'
import { countText } from '../figures.js'
import type { IndexStore } from './index-store.js'
import type { PacketPart, PacketRow } from './view-data.js'

/** Most packets in one answer. */
const MOST_PACKETS = 500
/** Most packets outside that are shown between two of a range. */
const MOST_BETWEEN = 500

/** Bytes of a stream. */
export interface StreamRange {
  readonly side: 0 | 1
  readonly from: number
  readonly to: number
}

/** Serves the packets of single connections, which are read again in the captures. */
export class PacketParts {
  readonly #store: IndexStore
  readonly #archive: ArchiveConnections | null

  constructor(store: IndexStore, archive: ArchiveConnections | null) {
    this.#store = store
    this.#archive = archive
  }

  /**
   * The packets that hold bytes of a range, or by which they were delivered or given up, and those between them that are
   * outside.
   *
   * @param range Null: all packets. @param skip Number of them that are known already.
   * @returns Null when there is no such row or nothing says where packets are. @throws InputError
   */
  async part(
    row: number,
    range: StreamRange | null,
    skip: number,
    signal: AbortSignal,
  ): Promise<PacketPart | null> {
    const uid = (await this.#store.record(row))?.uid
    if (this.#archive === null || typeof uid !== 'string') return null
    const list = new PacketList(skip)
    // Packets outside are shown when one of the range follows.
    let between: PacketRow[] = []
    let notShown = 0
    let leftOut = 0
    let hasBegun = false
    const take = (packet: Explained, captureOf: (frame: Frame) => string) => {
      if (range === null || concerns(packet, range)) {
        for (const one of between) list.add(one)
        leftOut += notShown
        between = []
        notShown = 0
        hasBegun = true
        for (const one of rowsOf(packet, captureOf)) list.add(one)
      } else if (hasBegun && isOutside(packet, range)) {
        if (between.length < MOST_BETWEEN) between.push(...rowsOf(packet, captureOf))
        else notShown += 1
      }
      return !list.isFull
    }
    const problems = [...(await this.#archive.explain(uid, take, signal))]
    if (leftOut > 0) problems.push(`${countText(leftOut)} more packets outside are not shown`)
    const problem = problems.length === 0 ? null : problems.join('; ')
    return { packets: list.rows, isMore: list.isFull, problem }
  }
}

/** The first packets behind those that are skipped. */
class PacketList {
  readonly rows: PacketRow[] = []
  isFull = false
  #skip: number

  constructor(skip: number) {
    this.#skip = skip
  }

  add(row: PacketRow): void {
    if (this.#skip > 0) this.#skip -= 1
    else if (this.rows.length < MOST_PACKETS) this.rows.push(row)
    else this.isFull = true
  }
}

function concerns(packet: Explained, { side, from, to }: StreamRange): boolean {
  const isIn = (offset: number | null, bytes: number) =>
    offset !== null && offset < to && offset + bytes > from
  if (packet.side === side && packet.payloadBytes > 0 && isIn(packet.offset, packet.payloadBytes)) return true
  return packet.fates.some((range) => range.side === side && isIn(range.offset, range.bytes))
}

function isOutside({ fates }: Explained, { side }: StreamRange): boolean {
  return fates.some((range) => range.fate === 'outside' && range.side === side)
}

function rowsOf(packet: Explained, captureOf: (frame: Frame) => string): PacketRow[] {
  const { side, isTcp, payloadBytes, offset, fragments } = packet
  const placeOf = (frame: Frame) => ({
    time: frameTime(frame),
    side,
    capture: captureOf(frame),
    number: frame.number,
    position: frame.position,
  })
  const ofFragment = { flags: null, bytes: 0, offset: null, became: OF_DATAGRAM }
  const own = {
    flags: isTcp ? flagLetters(packet) : null,
    bytes: payloadBytes,
    offset: payloadBytes > 0 ? offset : null,
    became: becameOf(packet),
  }
  return [...fragments.map((frame) => ({ ...placeOf(frame), ...ofFragment })), { ...placeOf(packet), ...own }]
}
