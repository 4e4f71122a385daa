import { type EncapTable, MAX_ENCAP_ID } from './encap-table.js'

/** Tells networks apart in which the same addresses may be in use: VLANs and virtual networks. */
export interface NetworkTags {
  /**
   * A number for the network of a packet with these outer headers; 0: nothing says which. It has no meaning beyond this
   * object.
   *
   * @param encapId See {@link EncapTable}.
   */
  of(encapId: number): number
}

/** All packets are of one network. */
export const ONE_NETWORK: NetworkTags = { of: () => 0 }

/** The networks that the outer headers name, see {@link EncapTable.networkOf}. */
export class EncapNetworks implements NetworkTags {
  // Invariant: `#tags[id] - 1` is the tag of outer headers that were asked for; 0 of others.
  readonly #encaps: EncapTable
  readonly #tags = new Uint32Array(MAX_ENCAP_ID + 1)
  readonly #byName = new Map<string, number>([['', 0]])

  constructor(encaps: EncapTable) {
    this.#encaps = encaps
  }

  of(encapId: number): number {
    const known = this.#tags[encapId]!
    return known > 0 ? known - 1 : this.#learn(encapId)
  }

  #learn(encapId: number): number {
    const name = this.#encaps.networkOf(encapId)
    const tag = this.#byName.get(name) ?? this.#byName.size
    this.#byName.set(name, tag)
    this.#tags[encapId] = tag + 1
    return tag
  }
}
