import { availableParallelism } from 'node:os'
import { Readable } from 'node:stream'
import type { ByteSource } from '../../input/byte-source.js'
import type { Decompression } from '../../input/decompression.js'
import type { Input } from '../../input/input.js'
import { type OpenedFile, openInput, openStream } from '../../input/open-byte-source.js'

/** Most inputs that are open ahead of the one being read. Each may have a thread, and 4 MiB of content. */
const MOST_AHEAD = 8

/** An input that waits for its turn: its source, or why it cannot be opened. Null: it is opened when its turn comes. */
interface Prepared {
  readonly input: Input
  readonly source: OpenedFile | Error | null
}

/**
 * Opens the inputs of a run in order. A few are opened ahead of the one being read, so that several compressed ones are
 * unpacked at once.
 */
export class InputOpener {
  // Invariant: #ahead has the inputs before #inputs[#next] that nobody has asked for yet.
  readonly #inputs: readonly Input[]
  readonly #decompression: Decompression
  readonly #stdin: Readable | undefined
  readonly #mostAhead = Math.min(availableParallelism(), MOST_AHEAD)
  readonly #ahead: Prepared[] = []
  #next = 0

  /** @param inputs In the order in which they are read. */
  constructor(inputs: readonly Input[], decompression: Decompression, stdin: Readable | undefined) {
    this.#inputs = inputs
    this.#decompression = decompression
    this.#stdin = stdin
  }

  /**
   * Opens the next input.
   *
   * @throws InputError
   */
  open(input: Input): ByteSource {
    const prepared = this.#ahead.shift() ?? this.#prepare()
    if (prepared?.input !== input) throw new Error(`bug: "${input.path}" is not the next input`)
    this.#goAhead()
    const { source } = prepared
    if (source instanceof Error) throw source
    return source ?? openStream(this.#stdin ?? Readable.from([]), this.#decompression)
  }

  /** Closes the inputs that were opened ahead and not asked for. */
  async close(): Promise<void> {
    this.#next = this.#inputs.length
    for (const { source } of this.#ahead.splice(0)) {
      if (source !== null && !(source instanceof Error)) await source.close()
    }
  }

  #goAhead(): void {
    while (this.#ahead.length < this.#mostAhead) {
      const prepared = this.#prepare()
      if (prepared === null) return
      this.#ahead.push(prepared)
      const { source } = prepared
      // An error of readAhead() comes again from read().
      if (source !== null && !(source instanceof Error)) source.readAhead().catch(() => {})
    }
  }

  #prepare(): Prepared | null {
    const input = this.#inputs[this.#next]
    if (input === undefined) return null
    this.#next += 1
    if (input.kind === 'stdin') return { input, source: null }
    try {
      return { input, source: openInput(input, this.#decompression) }
    } catch (error) {
      return { input, source: error as Error }
    }
  }
}
