import type { CaptureReaderOptions } from '../../capture/capture-reader.js'
import { CaptureFormatError } from '../../errors.js'
import { type MergedInput, MergedPart } from './merged-part.js'
import { PacketHeap } from './packet-heap.js'

/**
 * Iterates over the packets of several captures. The next packet is the earliest of the inputs' next packets; of
 * equal times, that of the first input. Damage in one input does not affect the others: each part reports its own.
 *
 * Memory: 256 KiB per input, or 2.5 MiB if its records need it.
 */
export class MergedPackets {
  // Invariants: #heap has the parts whose cursors are at a packet not yet passed on. #waiting is a part whose cursor
  // must be filled first, -1 for none. At first, every part waits in turn; those before #begun have done so.
  readonly parts: readonly MergedPart[]
  readonly #heap: PacketHeap
  #begun = 0
  #waiting = -1
  #isClosed = false

  constructor(inputs: readonly MergedInput[], options: Pick<CaptureReaderOptions, 'maxInterfaces'>) {
    this.parts = inputs.map((input, number) => new MergedPart(input, number, options))
    this.#heap = new PacketHeap(this.parts)
  }

  /** The part with the next packet; null: there is none, or one must be waited for. */
  get first(): MergedPart | null {
    return this.isWaiting ? null : (this.parts[this.#heap.first] ?? null)
  }

  /** True when `fill()` must be called before it is known which packet is next. */
  get isWaiting(): boolean {
    return this.#waiting >= 0 || this.#begun < this.parts.length
  }

  /** The part that `fill()` waits for. */
  get awaited(): MergedPart | null {
    return this.parts[this.#waiting >= 0 ? this.#waiting : this.#begun] ?? null
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Passes the first packet on. */
  advance(): void {
    const part = this.parts[this.#heap.first]!
    part.packets += 1
    const status = part.cursor!.next()
    if (status === 'packet') {
      part.moved()
      this.#heap.replaced()
      return
    }
    if (status === 'more') this.#waiting = this.#heap.first
    else part.isWhole = true
    this.#heap.removeFirst()
  }

  /** Moves the awaited part towards its next packet. */
  async fill(): Promise<void> {
    const number = this.#waiting >= 0 ? this.#waiting : this.#begun
    if (number === this.#begun) this.#begun += 1
    this.#waiting = number
    const part = this.parts[number]!
    const status = await this.#fillPart(part)
    if (status === 'more') return
    this.#waiting = -1
    if (status === 'packet') {
      part.moved()
      this.#heap.add(number)
    } else {
      part.isWhole = part.error === null && !this.#isClosed
    }
  }

  /**
   * Moves to each packet in turn, until `take` returns false. What it returns otherwise is waited for.
   *
   * @param take Called with the part of a packet, and the packet's number among all, from 1.
   */
  async each(take: (part: MergedPart, rank: number) => boolean | Promise<void> | null): Promise<void> {
    for (let rank = 1; ; ) {
      const { first } = this
      if (first !== null) {
        const more = take(first, rank)
        if (more === false) return
        if (more !== true && more !== null) await more
        rank += 1
        this.advance()
      } else if (this.isWaiting) {
        await this.fill()
      } else {
        return
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.parts.map(({ cursor }) => cursor?.close()))
  }

  async #fillPart(part: MergedPart) {
    if (part.cursor === null) return 'end'
    try {
      await part.cursor.fill()
      return part.cursor.next()
    } catch (error) {
      if (!(error instanceof CaptureFormatError)) throw error
      part.error = error
      return 'end'
    }
  }
}
