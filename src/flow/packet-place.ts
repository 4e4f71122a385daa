import type { RecordPlace } from '../capture/record-place.js'
import type { FlowPacket } from './flow-packet.js'

/** Where a packet stands that cannot be told from its frame alone. */
export interface PacketPlace extends RecordPlace {
  /** Number of the packet in the run. */
  readonly number: number
  /** Which packet of its frame it is, from 0. */
  readonly index: number
  /** Of a datagram: the records of its fragments, without the one that completed it, in the order in which they came. */
  readonly fragments: readonly RecordPlace[]
  /** True when it has more fragments than are listed. */
  readonly isCut: boolean
}

const NO_FRAGMENTS: readonly RecordPlace[] = []

/** Where a packet stands. */
export class PlaceReader implements RecordPlace {
  input = 0
  position = 0
  rank = 0
  lateSec = 0
  lateNsec = 0
  index = 0
  fragments = NO_FRAGMENTS
  isCut = false

  read({ place, number, input, inputBase, frameFrom, recordBytes }: FlowPacket): void {
    if (place !== null && place.number === number) {
      this.input = place.input
      this.position = place.position
      this.rank = place.rank
      this.lateSec = place.lateSec
      this.lateNsec = place.lateNsec
      this.index = place.index
      this.fragments = place.fragments
      this.isCut = place.isCut
      return
    }
    this.input = input
    this.position = inputBase + frameFrom - recordBytes
    this.rank = 0
    this.lateSec = 0
    this.lateNsec = 0
    this.index = 0
    this.fragments = NO_FRAGMENTS
    this.isCut = false
  }
}
