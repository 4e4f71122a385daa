import type { CaptureReaderOptions } from '../../capture/capture-reader.js'
import { CaptureFormatError, type InputError } from '../../errors.js'
import type { ByteSource } from '../byte-source.js'
import { TwoAreas, windowsOf } from '../capture-windows.js'
import { type Input, isStream } from '../input.js'
import { PacketCursor } from '../packet-cursor.js'
import { PacketHeap } from './packet-heap.js'
import { PcapngWriter } from './pcapng-writer.js'

/** Bytes of an input read at a time. A second buffer reads ahead. */
const READ_BYTES = 128 * 1024

/** One of several inputs read as one capture. */
export interface MergedInput {
  readonly input: Input
  readonly source: ByteSource | InputError
}

/** The result of one input. */
export class MergedPart {
  readonly input: Input
  readonly source: ByteSource | null
  readonly cursor: PacketCursor | null
  /** Why it could not be opened or is not a capture; null when it can be read. */
  error: InputError | CaptureFormatError | null
  /** Packets passed on so far. */
  packets = 0
  /** True when all its packets were passed on. */
  isWhole = false

  constructor({ input, source }: MergedInput, options: Pick<CaptureReaderOptions, 'maxInterfaces'>) {
    this.input = input
    this.source = source instanceof Error ? null : source
    this.error = source instanceof Error ? source : null
    this.cursor = source instanceof Error ? null : cursorOf(source, input.path, options)
  }
}

/**
 * Merges several captures into one pcapng capture. The next packet is the earliest of the inputs' next packets; of
 * equal times, that of the first input. Packets keep link type, time and length on the wire. Damage in one input does
 * not affect the others: each part reports its own.
 *
 * Memory: 256 KiB per input, or 2.5 MiB if its records need it, and 1.3 MiB for the merged bytes.
 */
export class MergedSource implements ByteSource {
  // Invariants: #heap has the parts whose cursors are at a packet not yet passed on. #waiting is a part whose cursor
  // must be filled first, -1 for none.
  readonly parts: readonly MergedPart[]
  readonly isDecompressed = false
  readonly problem = null
  readonly #heap: PacketHeap
  readonly #writer: PcapngWriter
  #begun = 0
  #waiting = -1
  #isClosed = false

  constructor(inputs: readonly MergedInput[], options: Pick<CaptureReaderOptions, 'maxInterfaces'>) {
    this.parts = inputs.map((input) => new MergedPart(input, options))
    this.#writer = new PcapngWriter(options.maxInterfaces)
    this.#heap = new PacketHeap(this.parts.map(({ cursor }) => cursor?.packet ?? NEVER))
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
    return this.#isClosed || (this.#isMerged && this.#writer.isEmpty)
  }

  async read(target: Uint8Array): Promise<number> {
    let filled = 0
    while (filled < target.length && !this.isAtEnd) {
      filled += this.#writer.take(target, filled)
      if (!this.#writer.isEmpty) break
      if (this.#isWaiting) {
        if (filled > 0 && isStreamPart(this.parts[this.#waiting])) break // it may take its time
        await this.#fill()
      } else {
        this.#merge()
      }
    }
    return filled
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.parts.map(({ cursor }) => cursor?.close()))
  }

  get #isWaiting(): boolean {
    return this.#waiting >= 0 || this.#begun < this.parts.length
  }

  get #isMerged(): boolean {
    return !this.#isWaiting && this.#heap.first < 0
  }

  /** Writes packets until the next must be waited for, or no more fit. */
  #merge(): void {
    while (this.#writer.hasRoom) {
      const part = this.parts[this.#heap.first]
      if (part === undefined || part.cursor === null) return
      this.#writer.add(part.cursor.packet, part.cursor.bytes, this.#heap.first)
      part.packets += 1
      if (!this.#advance(part, part.cursor)) return
    }
  }

  // Returns false when the next packet must be waited for.
  #advance(part: MergedPart, cursor: PacketCursor): boolean {
    const status = cursor.next()
    if (status === 'packet') {
      this.#heap.replaced()
      return true
    }
    if (status === 'more') this.#waiting = this.#heap.first
    else part.isWhole = true
    this.#heap.removeFirst()
    return status !== 'more'
  }

  /** Moves the waiting part to its next packet. At first, every part waits in turn. */
  async #fill(): Promise<void> {
    const number = this.#waiting >= 0 ? this.#waiting : this.#begun
    if (number === this.#begun) this.#begun += 1
    this.#waiting = number
    const part = this.parts[number]!
    const status = part.cursor === null ? 'end' : await this.#fillCursor(part, part.cursor)
    if (status === 'more') return
    this.#waiting = -1
    if (status === 'packet') this.#heap.add(number)
    else part.isWhole = part.error === null && !this.#isClosed
  }

  async #fillCursor(part: MergedPart, cursor: PacketCursor) {
    try {
      await cursor.fill()
      return cursor.next()
    } catch (error) {
      if (!(error instanceof CaptureFormatError)) throw error
      part.error = error
      return 'end'
    }
  }
}

function cursorOf(
  source: ByteSource,
  path: string,
  options: Pick<CaptureReaderOptions, 'maxInterfaces'>,
): PacketCursor {
  const areas = new TwoAreas(READ_BYTES)
  return new PacketCursor(windowsOf(source, path, options, areas), areas)
}

/** The time of a part that could not be opened, which is never compared. */
const NEVER = { tsSec: Infinity, tsNsec: 0 }

function isStreamPart(part: MergedPart | undefined): boolean {
  return part !== undefined && isStream(part.input)
}
