import type { ByteSource, InputReadProblem } from '../../input/byte-source.js'
import type { Compression } from '../../input/compression.js'
import { type Input, isStream } from '../../input/input.js'
import { shownPath } from '../../system-path.js'
import type { Progress, RunHooks } from '../hooks.js'

/** Silence after which an input is named. */
const SILENT_MS = 30_000
/** Milliseconds between two checks. A longer pause counts as two: the process stood still, not the input. */
const LOOK_MS = 1_000
const MOST_MS = 2 * LOOK_MS

/**
 * Names an input whose disk or network does not answer: users see why a run stands still. Only pending reads count. While the
 * run waits for workers or for its output, no read is pending for long.
 */
export class InputWatch {
  // Invariants: #reads has the pending reads, #named the inputs that were named.
  readonly #hooks: Pick<RunHooks, 'onNotice' | 'onSilence'>
  readonly #now: () => number
  readonly #timer: NodeJS.Timeout
  readonly #reads = new Set<WatchedSource>()
  readonly #named = new Set<string>()
  #lookedAt: number

  /** @param now A monotonic clock, ms. */
  constructor(hooks: Pick<RunHooks, 'onNotice' | 'onSilence'>, now: () => number = () => performance.now()) {
    this.#hooks = hooks
    this.#now = now
    this.#lookedAt = now()
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  /** Wraps a source and watches its reads. */
  readonly over = (input: Input, source: ByteSource): ByteSource =>
    new WatchedSource(input, source, this.#reads)

  /** The named input that has been silent longest; null: none is silent. */
  get silent(): Pick<Progress, 'input' | 'silentSec'> | null {
    let longest: WatchedSource | null = null
    for (const read of this.#reads) if (read.silentMs > (longest?.silentMs ?? 0)) longest = read
    if (longest === null || longest.silentMs < SILENT_MS) return null
    return { input: shownPath(longest.input.path), silentSec: Math.floor(longest.silentMs / 1000) }
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = this.#now()
    const passed = Math.min(now - this.#lookedAt, MOST_MS)
    this.#lookedAt = now
    for (const read of this.#reads) {
      read.silentMs += passed
      if (read.silentMs >= SILENT_MS && !this.#named.has(read.input.path)) this.#name(read)
    }
  }

  #name({ input, bytesRead }: WatchedSource): void {
    this.#named.add(input.path)
    const seconds = SILENT_MS / 1000
    const name = input.kind === 'stdin' ? 'Standard input' : `"${shownPath(input.path)}"`
    if (isStream(input)) {
      this.#hooks.onNotice?.(`${name} has given nothing for ${seconds} s: it is waited for (Ctrl-C ends)`)
    } else {
      const where = `at byte ${bytesRead}`
      this.#hooks.onSilence?.(`${name} has given nothing for ${seconds} s, ${where}: it is waited for`)
    }
  }
}

/** A source whose reads are watched. */
class WatchedSource implements ByteSource {
  // Invariant: #reads has this source while its read is pending; silentMs is the age of that read at the latest check.
  readonly input: Input
  readonly #source: ByteSource
  readonly #reads: Set<WatchedSource>
  silentMs = 0

  constructor(input: Input, source: ByteSource, reads: Set<WatchedSource>) {
    this.input = input
    this.#source = source
    this.#reads = reads
  }

  get isAtEnd(): boolean {
    return this.#source.isAtEnd
  }

  get bytesRead(): number {
    return this.#source.bytesRead
  }

  get totalBytes(): number | null {
    return this.#source.totalBytes
  }

  get isDecompressed(): boolean {
    return this.#source.isDecompressed
  }

  get compression(): Compression | null {
    return this.#source.compression ?? null
  }

  get problem(): InputReadProblem | null {
    return this.#source.problem
  }

  async read(target: Uint8Array): Promise<number> {
    this.silentMs = 0
    this.#reads.add(this)
    try {
      return await this.#source.read(target)
    } finally {
      this.#reads.delete(this)
    }
  }

  close(): Promise<void> {
    return this.#source.close()
  }
}
