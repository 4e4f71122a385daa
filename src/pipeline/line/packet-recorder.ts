import type { CaptureDescription } from '../../capture/capture-description.js'
import type { CaptureReader, DescribedReader } from '../../capture/capture-reader.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import { OutputError } from '../../errors.js'
import { outputFailure } from '../../output/output-failure.js'
import { PcapngOutput } from '../../output/pcap/pcapng-output.js'
import { WholeFile } from '../../whole-file.js'

const FLUSH_BYTES = 512 * 1024

/** Writes the packets of a run to one capture (`-w` with files), as they were captured. It gets its name when it is complete. */
export class PacketRecorder {
  // Invariant: #reader is that of the latest packet, its input the number #input among those that had packets.
  readonly #path: string
  readonly #file: WholeFile
  readonly #output = new PcapngOutput()
  #blocks: Buffer[] = []
  #bytes = 0
  #reader: (CaptureReader & Partial<DescribedReader>) | null = null
  #input = -1
  #interfaces = -1
  #description: CaptureDescription | null = null
  written = 0

  /** @throws OutputError */
  constructor(path: string) {
    this.#path = path
    this.#file = this.#attempt(() => new WholeFile(path))
  }

  /** Takes a packet that `reader` has read. @throws OutputError */
  take(bytes: Uint8Array, packet: CapturedPacket, reader: CaptureReader & Partial<DescribedReader>): void {
    if (reader !== this.#reader) {
      this.#reader = reader
      this.#input += 1
      this.#interfaces = -1
    }
    if (reader.interfaceCount !== this.#interfaces) this.#description = reader.describe?.() ?? null
    this.#interfaces = reader.interfaceCount
    const origin = { input: this.#input, description: this.#description, isBigEndian: reader.isBigEndian }
    for (const block of this.#output.packet(bytes, packet, origin)) {
      this.#blocks.push(block)
      this.#bytes += block.length
    }
    if (this.#bytes >= FLUSH_BYTES) this.#flush()
  }

  /** Gives the file its name. @throws OutputError */
  publish(): void {
    this.#blocks.push(...this.#output.start())
    this.#flush()
    this.#attempt(() => this.#file.publish())
  }

  abandon(): void {
    this.#file.abandon()
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#blocks)
    this.#attempt(() => this.#file.append(bytes))
    this.written += bytes.length
    this.#blocks = []
    this.#bytes = 0
  }

  #attempt<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw error instanceof OutputError ? error : outputFailure(this.#path, error)
    }
  }
}
