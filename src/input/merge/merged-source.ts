import type { CaptureReaderOptions } from '../../capture/capture-reader.js'
import type { ByteSource } from '../byte-source.js'
import { isStream } from '../input.js'
import { MergedPackets } from './merged-packets.js'
import type { MergedInput, MergedPart } from './merged-part.js'
import { PcapngWriter } from './pcapng-writer.js'
import type { PlaceQueue } from './place-queue.js'

/**
 * Merges several captures into one pcapng capture (`MergedPackets`). Packets keep link type, time and length on the wire.
 *
 * Memory: that of the packets, and 1.3 MiB for the merged bytes.
 */
export class MergedSource implements ByteSource {
  readonly isDecompressed = false
  readonly problem = null
  readonly #packets: MergedPackets
  readonly #writer: PcapngWriter
  readonly #places: PlaceQueue | null

  /** @param places Is told where each packet stands; null: nobody asks. */
  constructor(
    inputs: readonly MergedInput[],
    options: Pick<CaptureReaderOptions, 'maxInterfaces'>,
    places: PlaceQueue | null = null,
  ) {
    this.#packets = new MergedPackets(inputs, options)
    this.#writer = new PcapngWriter(options.maxInterfaces)
    this.#places = places
  }

  get parts(): readonly MergedPart[] {
    return this.#packets.parts
  }

  get bytesRead(): number {
    return this.parts.reduce((sum, { source }) => sum + (source?.bytesRead ?? 0), 0)
  }

  get totalBytes(): number | null {
    let total = 0
    for (const { source } of this.parts) {
      if (source?.totalBytes === null) return null
      total += source?.totalBytes ?? 0
    }
    return total
  }

  get isAtEnd(): boolean {
    return this.#packets.isClosed || (this.#isMerged && this.#writer.isEmpty)
  }

  async read(target: Uint8Array): Promise<number> {
    let filled = 0
    while (filled < target.length && !this.isAtEnd) {
      filled += this.#writer.take(target, filled)
      if (!this.#writer.isEmpty) break
      if (this.#packets.isWaiting) {
        if (filled > 0 && isStream(this.#packets.awaited!.input)) break // it may take its time
        await this.#packets.fill()
      } else {
        this.#merge()
      }
    }
    return filled
  }

  close(): Promise<void> {
    return this.#packets.close()
  }

  get #isMerged(): boolean {
    return !this.#packets.isWaiting && this.#packets.first === null
  }

  /** Writes packets until the next must be waited for, or no more fit. */
  #merge(): void {
    const packets = this.#packets
    while (this.#writer.hasRoom) {
      const part = packets.first
      if (part?.cursor == null) return
      this.#writer.add(part.cursor.packet, part.cursor.bytes, part.number)
      this.#places?.add(part.place)
      packets.advance()
    }
  }
}
