import type { Writable } from 'node:stream'
import { StreamWriter } from '../stream-writer.js'
import { type ConsoleBlock, PIECE_FIELDS } from './console-block.js'
import type { ConsoleConversation } from './console-conversation.js'
import { shownText } from './console-text.js'

const OUT_BYTES = 256 * 1024

/** Position of a piece in a block of the epoch: of its fields and of its bytes. */
interface Piece {
  readonly block: ConsoleBlock
  readonly at: number
  readonly from: number
}

/**
 * Merges the workers' console output into one stream, ordered by event (packet), then by the connection's first packet.
 * So the order does not depend on the number of workers.
 */
export class ConsoleMerger {
  // Invariant: #epochs has the epochs not yet written. A worker's entry is undefined until its block has arrived.
  readonly #writer: StreamWriter
  readonly #isTerminal: boolean
  readonly #workerCount: number
  readonly #conversation: ConsoleConversation | null
  readonly #epochs = new Map<number, (ConsoleBlock | null | undefined)[]>()
  #nextEpoch = 0
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false
  #failure: unknown = null
  #out = new Uint8Array(OUT_BYTES)
  #length = 0

  /**
   * @param isTerminal   True to escape control and non-ASCII bytes, so that payload cannot control the terminal.
   * @param conversation Shows the pieces, which are chunks then; null to write pieces unchanged.
   */
  constructor(
    stream: Writable,
    isTerminal: boolean,
    workerCount: number,
    conversation: ConsoleConversation | null = null,
  ) {
    this.#conversation = conversation
    this.#writer = new StreamWriter(stream, 'standard output')
    this.#isTerminal = isTerminal
    this.#workerCount = workerCount
  }

  /** Bytes written to the stream so far. */
  get bytesWritten(): number {
    return this.#writer.bytesWritten
  }

  /** Number of epochs with output not yet written. The caller waits to keep it small. */
  get pendingEpochs(): number {
    return this.#epochs.size
  }

  /**
   * Takes one worker's block of an epoch, or `null` when it has no output. Every worker must pass one per epoch, from 0
   * on, in any order.
   */
  push(epoch: number, worker: number, block: ConsoleBlock | null): void {
    let blocks = this.#epochs.get(epoch)
    if (blocks === undefined) {
      blocks = new Array<ConsoleBlock | null | undefined>(this.#workerCount).fill(undefined)
      this.#epochs.set(epoch, blocks)
    }
    blocks[worker] = block
    if (this.#isWriting || this.#failure !== null) return
    this.#isWriting = true
    this.#writing = this.#writeComplete().catch((error: unknown) => {
      this.#failure = error
    })
  }

  /**
   * Resolves when every complete epoch was written.
   *
   * @throws OutputError when the stream failed.
   */
  async waitForWritten(): Promise<void> {
    await this.#writing
    if (this.#failure !== null) throw this.#failure
  }

  /** Writes the rest, including an incomplete epoch, and releases the stream. @throws OutputError */
  async finish(): Promise<void> {
    await this.waitForWritten()
    for (const epoch of [...this.#epochs.keys()].sort((a, b) => a - b)) await this.#writeEpoch(epoch)
    for (const text of this.#conversation?.rest() ?? []) await this.#writer.write(Buffer.from(text, 'latin1'))
    this.#writer.detach()
  }

  async #writeComplete(): Promise<void> {
    try {
      while (this.#isComplete(this.#nextEpoch)) {
        await this.#writeEpoch(this.#nextEpoch)
        this.#nextEpoch += 1
      }
    } finally {
      this.#isWriting = false
    }
  }

  #isComplete(epoch: number): boolean {
    return this.#epochs.get(epoch)?.every((block) => block !== undefined) ?? false
  }

  async #writeEpoch(epoch: number): Promise<void> {
    const blocks = this.#epochs.get(epoch) ?? []
    const shown = sortedPieces(blocks)
    if (this.#conversation !== null) await this.#writeConversation(this.#conversation, shown)
    else await this.#writePieces(shown)
    this.#epochs.delete(epoch)
  }

  async #writeConversation(conversation: ConsoleConversation, shown: readonly Piece[]): Promise<void> {
    for (const text of conversation.texts(shown.map(conversationPiece))) {
      await this.#writer.write(Buffer.from(text, 'latin1'))
    }
  }

  async #writePieces(shown: readonly Piece[]): Promise<void> {
    for (const piece of shown) {
      const { bytes, pieces } = piece.block
      const stored = bytes.subarray(piece.from, piece.from + pieces[piece.at + 2]!)
      const written = this.#isTerminal ? Buffer.from(shownText(stored), 'latin1') : stored
      for (let rest = pieces[piece.at + 3]!; rest > 0; rest--) await this.#add(written)
    }
    await this.#flush()
  }

  async #add(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + OUT_BYTES - this.#length)
      this.#out.set(bytes.subarray(from, to), this.#length)
      this.#length += to - from
      from = to
      if (this.#length === OUT_BYTES) await this.#flush()
    }
  }

  async #flush(): Promise<void> {
    if (this.#length === 0) return
    const full = this.#out.subarray(0, this.#length)
    this.#out = new Uint8Array(OUT_BYTES)
    this.#length = 0
    await this.#writer.write(full)
  }
}

function conversationPiece({ block: { bytes, pieces }, at, from }: Piece) {
  return { firstNumber: pieces[at + 1]!, bytes, from, to: from + pieces[at + 2]! }
}

function sortedPieces(blocks: readonly (ConsoleBlock | null | undefined)[]): Piece[] {
  const all: Piece[] = []
  for (const block of blocks) {
    if (!block) continue
    let from = 0
    for (let at = 0; at < block.pieces.length; at += PIECE_FIELDS) {
      all.push({ block, at, from })
      from += block.pieces[at + 2]!
    }
  }
  // The sort is stable: pieces of one packet and connection keep their order.
  return all.sort((a, b) => {
    const byEvent = a.block.pieces[a.at]! - b.block.pieces[b.at]!
    return byEvent !== 0 ? byEvent : a.block.pieces[a.at + 1]! - b.block.pieces[b.at + 1]!
  })
}
