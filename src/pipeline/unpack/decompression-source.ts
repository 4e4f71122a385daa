import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { deathKind } from '../../errors.js'
import type { ByteSource, InputReadProblem } from '../../input/byte-source.js'
import type { Compression } from '../../input/compression.js'
import type { CompressedBytes, Decompression } from '../../input/decompression.js'
import type { DecompressionMessage } from './decompression-messages.js'
import type { DecompressionThread } from './thread-pool.js'

/** Bytes of a compressed stream that a thread gets at a time. */
const CHUNK_BYTES = 64 * 1024
/** Size of the pieces in which the rest of an abandoned task is taken out of the ring. */
const SCRAP_BYTES = 256 * 1024

/** The input, as in {@link Decompression.open}. */
export interface CompressedSource {
  readonly compression: Compression
  readonly compressed: CompressedBytes
  readonly isAhead: boolean
}

/** The content of a compressed input. A thread unpacks it ahead of its reader. */
export class DecompressionSource implements ByteSource {
  // Invariants: the thread has this task until #isDone. It may get another when #closing has resolved. #wake is set while a read
  // or close() waits.
  readonly isDecompressed = true
  readonly totalBytes: number | null
  readonly #thread: DecompressionThread
  readonly #release: () => void
  readonly #feed: StreamFeed | null
  #problem: InputReadProblem | null = null
  #bytesRead = 0
  #isDone = false
  #isClosed = false
  #closing: Promise<void> | null = null
  #wake: (() => void) | null = null

  /** @param release Called when the thread is free for another task. */
  constructor(
    thread: DecompressionThread,
    { compression, compressed, isAhead }: CompressedSource,
    release: () => void,
  ) {
    this.#thread = thread
    this.#release = release
    const listener = {
      take: (message: DecompressionMessage) => this.#take(message),
      died: (error: Error) => {
        const message = `cannot be unpacked: ${error.message}`
        this.#finish({ offset: this.bytesRead, message, kind: deathKind(error) })
      },
    }
    if ('path' in compressed) {
      this.totalBytes = compressed.totalBytes
      this.#feed = null
      thread.begin({ compression, input: compressed.path, isAhead }, listener)
    } else {
      const { port1, port2 } = new MessageChannel()
      this.totalBytes = compressed.source.totalBytes
      this.#feed = new StreamFeed(compressed.source, compressed.head, port1)
      thread.begin({ compression, input: port2, isAhead }, listener)
    }
  }

  get bytesRead(): number {
    return this.#isDone || this.#isClosed ? this.#bytesRead : this.#thread.bytesRead
  }

  get isAtEnd(): boolean {
    return this.#isClosed || (this.#isDone && this.#thread.ring.isEmpty)
  }

  get problem(): InputReadProblem | null {
    return this.#feed?.problem ?? this.#problem
  }

  async read(target: Uint8Array): Promise<number> {
    const { ring } = this.#thread
    for (;;) {
      if (this.#isClosed) return 0
      const count = ring.read(target)
      if (count > 0) return count
      if (this.#isDone) return 0
      if (ring.tryWait()) await this.#wait()
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const { ring } = this.#thread
    this.#bytesRead = this.bytesRead
    this.#isClosed = true
    this.#wakeUp()
    if (!this.#isDone) this.#thread.stopTask()
    const feedClosed = this.#feed?.close()
    const scrap = new Uint8Array(ring.isEmpty && this.#isDone ? 0 : SCRAP_BYTES)
    while (!this.#isDone || !ring.isEmpty) {
      if (ring.read(scrap) === 0 && !this.#isDone && ring.tryWait()) await this.#wait()
    }
    await feedClosed
    this.#thread.rest()
    this.#release()
  }

  #take(message: DecompressionMessage): void {
    if (message.kind === 'more') void this.#feed?.send().then(() => this.#thread.notifyOfMail())
    else if (message.kind === 'done') this.#finish(message.problem)
    else this.#wakeUp()
  }

  #finish(problem: InputReadProblem | null): void {
    if (!this.#isClosed) this.#bytesRead = this.#thread.bytesRead
    this.#problem = problem
    this.#isDone = true
    this.#wakeUp()
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}

/** Gives the compressed bytes of a stream to a thread. */
class StreamFeed {
  readonly #source: ByteSource
  readonly #port: MessagePort
  #head: Uint8Array

  constructor(source: ByteSource, head: Uint8Array, port: MessagePort) {
    this.#source = source
    this.#head = head
    this.#port = port
  }

  get problem(): InputReadProblem | null {
    return this.#source.problem
  }

  /** Sends the next bytes, or null at their end. */
  async send(): Promise<void> {
    let chunk = this.#head
    this.#head = new Uint8Array(0)
    if (chunk.length === 0) {
      const buffer = new Uint8Array(CHUNK_BYTES)
      chunk = buffer.subarray(0, await this.#source.read(buffer))
    }
    this.#port.postMessage(chunk.length === 0 ? null : chunk)
  }

  async close(): Promise<void> {
    await this.#source.close()
    this.#port.close()
  }
}
