import { MAX_DESCRIBED_INTERFACES } from './capture-description.js'
import type { CaptureInterface } from './pcapng-blocks.js'

/** The interfaces of the current section of a pcapng file, and counts over all its sections. */
export class PcapngInterfaces {
  // Invariants: #current holds the interfaces of the current section, at most #limit. #pastCount and #pastDrops count
  // over the earlier sections; #pastDrops also includes the drops that obsolete Packet Blocks report.
  #current: CaptureInterface[] = []
  readonly #described: CaptureInterface[] = []
  #pastCount = 0
  #pastDrops = 0
  readonly #limit: number
  /** True when a section declared more interfaces than the limit. */
  isLimitHit = false

  /** @param limit Most interfaces that one section may declare. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Number of interfaces of the current section. */
  get length(): number {
    return this.#current.length
  }

  /** Number of interfaces of all sections. */
  get count(): number {
    return this.#pastCount + this.#current.length
  }

  get droppedPackets(): number {
    return this.#current.reduce((sum, { droppedPackets }) => sum + (droppedPackets ?? 0), this.#pastDrops)
  }

  /** The first {@link MAX_DESCRIBED_INTERFACES} interfaces of the file. */
  get described(): readonly CaptureInterface[] {
    return this.#described
  }

  /** Number of interfaces of the sections before the current one. */
  get pastCount(): number {
    return this.#pastCount
  }

  /** The interface with number `id` in the current section. */
  get(id: number): CaptureInterface | undefined {
    return this.#current[id]
  }

  startSection(): void {
    this.#pastDrops = this.droppedPackets
    this.#pastCount = this.count
    this.#current = []
  }

  /** Adds an interface. Returns false and changes nothing when the section is at the limit. */
  tryAdd(added: CaptureInterface): boolean {
    if (this.#current.length >= this.#limit) {
      this.isLimitHit = true
      return false
    }
    const isDescribed = this.#described.length < MAX_DESCRIBED_INTERFACES
    // Texts are kept only for interfaces that are described.
    this.#current.push(isDescribed ? added : { ...added, name: null, description: null, filter: null })
    if (isDescribed) this.#described.push(added)
    return true
  }

  /** Adds the packets that an obsolete Packet Block reports as dropped before its packet. */
  addDrops(packets: number): void {
    this.#pastDrops += packets
  }

  /** Sets an interface's drops. Statistics count from the start of the capture, so the last ones replace earlier ones. */
  setDrops(id: number, packets: number): void {
    const found = this.#current[id]
    if (found !== undefined) found.droppedPackets = packets
  }
}
