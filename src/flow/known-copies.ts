import { type ConnectionTable, NONE } from './connection-table.js'
import { type CopyFinder, latestHalf } from './copy-finder.js'
import type { FlowPacket } from './flow-packet.js'
import { PlaceReader } from './packet-place.js'

/** The copies that an earlier run has found, known by where they stand. */
export class KnownCopies implements CopyFinder {
  readonly #table: ConnectionTable
  readonly #isCopy: (input: number, position: number, index: number) => boolean
  readonly #place = new PlaceReader()
  readonly recent = null
  count = 0
  lives: CopyFinder['lives'] = null
  see: CopyFinder['see'] = null

  constructor(table: ConnectionTable, isCopy: (input: number, position: number, index: number) => boolean) {
    this.#table = table
    this.#isCopy = isCopy
  }

  has(connection: number, side: 0 | 1, _isPlain: boolean, bytes: Uint8Array, packet: FlowPacket): boolean {
    const place = this.#place
    place.read(packet)
    if (!this.#isCopy(place.input, place.position, place.index)) return false
    this.count += 1
    if (connection === NONE) return true // it counts to a connection that is not read
    const half = latestHalf(this.lives!, connection, side, packet.encapId)
    this.#table.copies[half]! += 1
    this.see?.(half, bytes, packet)
    return true
  }

  hasPredicted(connection: number, half: number, bytes: Uint8Array, packet: FlowPacket): boolean {
    return this.has(connection, half % 2 === 0 ? 0 : 1, true, bytes, packet)
  }

  move(): void {}

  hasError(): boolean {
    return false
  }
}
