import { MAX_DESCRIBED_INTERFACES } from './capture-description.js'
import type { CaptureInterface } from './pcapng-blocks.js'

/** The interfaces of a pcapng file's current section, and what is counted over all its sections. */
export class PcapngInterfaces {
  // Invariants: #current are those of the current section, at most #limit; #past... count the sections before,
  // #pastDrops also what obsolete Packet Blocks report.
  #current: CaptureInterface[] = []
  readonly #described: CaptureInterface[] = []
  #pastCount = 0
  #pastDrops = 0
  readonly #limit: number
  /** A section declared more interfaces than the limit. */
  isLimitHit = false

  /** @param limit Interfaces that one section may declare. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Interfaces of the current section. */
  get length(): number {
    return this.#current.length
  }

  /** Interfaces of all sections. */
  get count(): number {
    return this.#pastCount + this.#current.length
  }

  get droppedPackets(): number {
    return this.#current.reduce((sum, { droppedPackets }) => sum + (droppedPackets ?? 0), this.#pastDrops)
  }

  /** The first {@link MAX_DESCRIBED_INTERFACES} of the file. */
  get described(): readonly CaptureInterface[] {
    return this.#described
  }

  /** Interfaces of the sections before the current one. */
  get pastCount(): number {
    return this.#pastCount
  }

  /** The interface with this number in the current section. */
  get(id: number): CaptureInterface | undefined {
    return this.#current[id]
  }

  startSection(): void {
    this.#pastDrops = this.droppedPackets
    this.#pastCount = this.count
    this.#current = []
  }

  /** False, and nothing changed, when the section has as many as it may have. */
  tryAdd(added: CaptureInterface): boolean {
    if (this.#current.length >= this.#limit) {
      this.isLimitHit = true
      return false
    }
    const isDescribed = this.#described.length < MAX_DESCRIBED_INTERFACES
    // Of what is not described no text is kept.
    this.#current.push(isDescribed ? added : { ...added, name: null, description: null, filter: null })
    if (isDescribed) this.#described.push(added)
    return true
  }

  /** Packets lost before one packet, as an obsolete Packet Block says. */
  addDrops(packets: number): void {
    this.#pastDrops += packets
  }

  /** Statistics count from the start of the capture: the last ones of an interface stand. */
  setDrops(id: number, packets: number): void {
    const found = this.#current[id]
    if (found !== undefined) found.droppedPackets = packets
  }
}
