import type { NetworkTags } from '../wire/network-tags.js'
import type { ConnectionTable } from './connection-table.js'

/** Tag of what has sent nothing yet. */
const NO_TAG = -1

/** Which networks connections were seen in (`--key`): those of the first packet of each half-stream. */
export class LifeTags {
  readonly #table: ConnectionTable
  readonly #networks: NetworkTags

  constructor(table: ConnectionTable, networks: NetworkTags) {
    this.#table = table
    this.#networks = networks
  }

  /** The tag of a packet with these outer headers. */
  of(encapId: number): number {
    return this.#networks.of(encapId)
  }

  /** True when a half-stream was seen in this network; as long as it has sent nothing, when its peer was. */
  has(half: number, tag: number): boolean {
    const own = this.#ofHalf(half)
    return (own === NO_TAG ? this.#ofHalf(half ^ 1) : own) === tag
  }

  /** True when a half-stream was seen in another network. */
  isOther(half: number, tag: number): boolean {
    const own = this.#ofHalf(half)
    return own !== NO_TAG && own !== tag
  }

  #ofHalf(half: number): number {
    const { packets, encapId } = this.#table
    return packets[half] === 0 ? NO_TAG : this.#networks.of(encapId[half]!)
  }
}
