import type { Writable } from 'node:stream'
import { StreamWriter } from '../stream-writer.js'
import { type ConsoleBlock, PIECE_FIELDS } from './console-block.js'
import type { ConsoleConversation } from './console-conversation.js'

const OUT_BYTES = 256 * 1024
/** `\xNN` */
const MAX_SHOWN_BYTES = 4
const HEX = '0123456789ABCDEF'
const TAB = 9
const NEWLINE = 10
const RETURN = 13
const BACKSLASH = 92

/** One piece in a block of the epoch: where its fields and its bytes begin. */
interface Piece {
  readonly block: ConsoleBlock
  readonly at: number
  readonly from: number
}

/**
 * Puts what the workers have for the console into one stream, in the order of the packets whatever the number
 * of workers: by event, then by the connection's first packet.
 */
export class ConsoleMerger {
  // Invariant: #epochs has the epochs that are not written yet; a worker's place is undefined until its block came.
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
   * @param isTerminal   Show control and non-ASCII bytes escaped, so that payload can't drive the terminal.
   * @param conversation What shows the pieces, which are frames then; null: they are shown as they are.
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

  /** Bytes given to the stream so far. */
  get bytesWritten(): number {
    return this.#writer.bytesWritten
  }

  /** Epochs that came, wholly or in part, and are not written yet. The caller keeps this small by waiting. */
  get pendingEpochs(): number {
    return this.#epochs.size
  }

  /**
   * Takes one worker's block of an epoch, `null` when it has nothing. Every worker gives one for each epoch,
   * from 0 on, in any order.
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
   * Resolves when every epoch that is complete was written.
   *
   * @throws OutputError when the stream failed.
   */
  async waitForWritten(): Promise<void> {
    await this.#writing
    if (this.#failure !== null) throw this.#failure
  }

  /** Waits for the rest, an epoch that is not complete among it, and leaves the stream. @throws OutputError */
  async finish(): Promise<void> {
    await this.waitForWritten()
    for (const epoch of [...this.#epochs.keys()].sort((a, b) => a - b)) await this.#writeEpoch(epoch)
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
    for (const text of conversation.texts(shown.map(framesOf))) {
      await this.#writer.write(Buffer.from(text, 'latin1'))
    }
  }

  async #writePieces(shown: readonly Piece[]): Promise<void> {
    for (const piece of shown) {
      const { bytes, pieces } = piece.block
      const to = piece.from + pieces[piece.at + 2]!
      for (let rest = pieces[piece.at + 3]!; rest > 0; rest--) {
        for (let from = piece.from; from < to; ) {
          from = this.#isTerminal ? this.#show(bytes, from, to) : this.#copy(bytes, from, to)
          if (this.#length > OUT_BYTES - MAX_SHOWN_BYTES) await this.#flush()
        }
      }
    }
    await this.#flush()
  }

  // Both return how far they came before the buffer was full.

  #copy(bytes: Uint8Array, from: number, to: number): number {
    const end = Math.min(to, from + OUT_BYTES - this.#length)
    this.#out.set(bytes.subarray(from, end), this.#length)
    this.#length += end - from
    return end
  }

  #show(bytes: Uint8Array, from: number, to: number): number {
    const out = this.#out
    let at = this.#length
    while (from < to && at <= OUT_BYTES - MAX_SHOWN_BYTES) {
      const byte = bytes[from]!
      const isLineEnd = byte === RETURN && from + 1 < to && bytes[from + 1] === NEWLINE
      if ((byte >= 0x20 && byte < 0x7f) || byte === TAB || byte === NEWLINE || isLineEnd) {
        out[at] = byte
        at += 1
      } else {
        out[at] = BACKSLASH
        out[at + 1] = 120 // x
        out[at + 2] = HEX.charCodeAt(byte >> 4)
        out[at + 3] = HEX.charCodeAt(byte & 15)
        at += 4
      }
      from += 1
    }
    this.#length = at
    return from
  }

  async #flush(): Promise<void> {
    if (this.#length === 0) return
    const full = this.#out.subarray(0, this.#length)
    this.#out = new Uint8Array(OUT_BYTES)
    this.#length = 0
    await this.#writer.write(full)
  }
}

function framesOf({ block: { bytes, pieces }, at, from }: Piece) {
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
